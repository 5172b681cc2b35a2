using System.CommandLine;
using System.Security.Cryptography;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Processes;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Files;
using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>
/// Opens the secrets of an environment in an editor, as a .env file that lives in memory only: a private folder on a memory
/// file system, which is wiped afterwards. Without such a file system it refuses, since an editor's file would reach a disk.
/// </summary>
internal sealed class EditVerb : Verb
{
    private readonly Argument<string[]> _names = Names.Arguments("Which secrets; all of the environment when none is named.", required: false);

    private readonly Option<bool> _yes = CommonOptions.Yes();

    public EditVerb() : base(
        VerbGroup.Secrets, "edit", "Change secrets in your editor; the file it sees is in memory and wiped afterwards.",
        ("strongroom edit", "all secrets of the default environment in the vault"),
        ("EDITOR=nano strongroom edit -e testing DATABASE_URL", "one of them"))
    {
        Add(_names);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var plan = session.Plan(invocation.Environment);
        var store = session.Store(session.VaultStore().Name);
        var names = invocation.Get(_names) is { Length: > 0 } some ? some : [.. plan.Secrets.Select(s => s.Name)];
        Protection.BeforeChange(plan, invocation.Get(_yes), "Edit secrets");
        var before = await ReadAsync(store, plan, names, invocation.CancellationToken);
        try
        {
            using var after = await LetEditAsync(before, plan.Environment.Name);
            FormatFaults.ThrowIfAny(after.Faults, "the edited text");
            return await ApplyAsync(session, store, plan, before, after, invocation);
        }
        finally
        {
            foreach (var stored in before.Values) stored?.Value.Dispose();
        }
    }

    private static async Task<Dictionary<string, StoredSecret?>> ReadAsync(
        SecretStore store, ManifestPlan plan, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, StoredSecret?>();
        foreach (var name in names)
        {
            try
            {
                found[name] = await store.ReadAsync(plan.ReferenceIn(store.Name, name).Address, cancellationToken);
            }
            catch (SecretException e) when (e.Kind is SecretErrorKind.NotFound or SecretErrorKind.Unreadable)
            {
                found[name] = null;
            }
        }
        return found;
    }

    private static async Task<SecretImport> LetEditAsync(Dictionary<string, StoredSecret?> secrets, string environment)
    {
        var folder = MemoryFolder();
        var path = Path.Combine(folder, $"{environment}.env");
        try
        {
            using (var text = new SecretBuffer(4096))
            {
                text.Write("# Save and close to apply. A line that you remove stays as it is in the vault; strongroom delete deletes.\n"u8);
                foreach (var (name, _) in secrets.Where(s => s.Value is null)) text.Write(System.Text.Encoding.UTF8.GetBytes($"# {name}=\n"));
                SecretExport.Write(text, ExportFormat.DotEnv, [.. secrets.Where(s => s.Value is not null).Select(s => new SecretEntry(s.Key, s.Value!.Value))]);
                PrivateFile.Replace(path, text.Written);
            }
            var editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual
                : Environment.GetEnvironmentVariable("EDITOR") is { Length: > 0 } simple ? simple : "vi";
            if (await RunEditorAsync(editor, path) is var code and not 0)
                throw new SecretException(SecretErrorKind.InvalidInput, $"the editor ended with code {code}; nothing was changed", operation: "edit");
            using var edited = SecretInput.ReadFile(path, raw: true);
            return SecretImport.Read(edited.Reveal(), ImportFormat.DotEnv);
        }
        finally
        {
            Wipe(folder);
        }
    }

    /// <summary>Signals go to the editor and not to us, so that the file is wiped however the editor ends.</summary>
    private static async Task<int> RunEditorAsync(string editor, string path)
    {
        using var signals = new SignalForwarding(static () => { });
        using var arguments = new NativeStrings();
        foreach (var argument in new[] { "sh", "-c", $"{editor} \"$1\"", "sh", path }) arguments.Add(argument);
        using var environment = ChildEnvironment.Build([], clean: false);
        var child = ChildProcess.Start("/bin/sh", arguments, environment, captureOutput: false);
        signals.Attach(child);
        return await child.Exit;
    }

    private static async Task<int> ApplyAsync(
        Session session, SecretStore store, ManifestPlan plan, Dictionary<string, StoredSecret?> before, SecretImport after, Invocation invocation)
    {
        var changed = 0;
        foreach (var entry in after.Entries)
        {
            var known = before.GetValueOrDefault(entry.Name);
            if (known is not null && known.Value.Equals(entry.Value)) continue;
            int? expected = known?.Version;
            await store.WriteAsync(plan.ReferenceIn(store.Name, entry.Name).Address, new SecretWrite(entry.Value, expected), invocation.CancellationToken);
            ManifestFile.Declare(session, entry.Name, description: null);
            invocation.Screen.Done($"{(known is null ? "set" : "changed")} {entry.Name}");
            changed++;
        }
        if (changed == 0) invocation.Screen.Note("Nothing was changed.");
        return ExitCode.Success;
    }

    private static string MemoryFolder()
    {
        foreach (var place in new[] { Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), "/dev/shm" })
        {
            if (place is not { Length: > 0 } || !Directory.Exists(place) || new DriveInfo(place).DriveFormat is not ("tmpfs" or "ramfs")) continue;
            var folder = Path.Combine(place, $"strongroom-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return folder;
        }
        throw new SecretException(
            SecretErrorKind.Unsupported, "there is no memory file system for the editor's file", operation: "edit",
            help: "use strongroom set NAME, or set XDG_RUNTIME_DIR to a folder on a tmpfs");
    }

    /// <summary>Overwrites and removes everything, also the backups that editors leave.</summary>
    private static void Wipe(string folder)
    {
        foreach (var file in Directory.GetFiles(folder))
        {
            using (var open = new FileStream(file, FileMode.Open, FileAccess.Write))
            {
                open.Write(new byte[open.Length]);
            }
            File.Delete(file);
        }
        Directory.Delete(folder, recursive: true);
    }
}
