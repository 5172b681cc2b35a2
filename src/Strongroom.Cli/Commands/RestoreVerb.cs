using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>Makes an older value the current one, or brings back what was deleted.</summary>
internal sealed class RestoreVerb : Verb
{
    private readonly Argument<string> _name = Names.Argument("Name of the secret.");
    private readonly Option<int?> _version = new("--version") { Description = "The version to restore; by default the newest that is not the current one, or the deleted one.", HelpName = "n" };
    private readonly Option<string> _store = CommonOptions.VaultStore();
    private readonly Option<bool> _yes = CommonOptions.Yes();

    public RestoreVerb() : base(
        VerbGroup.Secrets, "restore", "Go back to an older version, or undo a delete.",
        ("strongroom restore OPENAI_API_KEY", "undo the last delete or the last change"),
        ("strongroom restore OPENAI_API_KEY --version 2", "version 2 becomes the newest"))
    {
        Add(_name);
        Add(_version);
        Add(_store);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var name = invocation.Get(_name);
        var target = await session.TargetAsync(name, invocation.Environment, invocation.Get(_store), invocation.CancellationToken);
        var metadata = await target.Vault.ReadMetadataAsync(target.Path, invocation.CancellationToken);
        var now = session.Time.GetUtcNow();
        var current = metadata.Versions.FirstOrDefault(v => v.Number == metadata.CurrentVersion);
        var isDeleted = current?.DeletedAt is { } deleted && deleted <= now;
        var wanted = invocation.Get(_version) ?? (isDeleted
            ? metadata.CurrentVersion
            : metadata.Versions.LastOrDefault(v => v.Number < metadata.CurrentVersion && !v.Destroyed && !(v.DeletedAt <= now))?.Number
              ?? throw new SecretException(SecretErrorKind.NotFound, "has no older version to go back to", operation: "restore", name: name));

        Protection.BeforeChange(session.Plan(invocation.Environment), invocation.Get(_yes), $"Restore {name}");
        var place = invocation.Screen.Err.Dim($"({target.Environment})");
        if (metadata.Versions.FirstOrDefault(v => v.Number == wanted) is { DeletedAt: { } at, Destroyed: false } && at <= now)
        {
            await target.Vault.UndeleteAsync(target.Path, [wanted], invocation.CancellationToken);
            if (wanted == metadata.CurrentVersion)
            {
                Answer(invocation, $"{name} is back, at version {wanted} {place}", name, target, wanted, wanted);
                return ExitCode.Success;
            }
        }
        var version = await target.Vault.RestoreAsync(target.Path, wanted, invocation.CancellationToken);
        Answer(invocation, $"{name} is what it was at version {wanted}; that is version {version} now {place}", name, target, wanted, version);
        return ExitCode.Success;
    }

    private static void Answer(Invocation invocation, string line, string name, VaultTarget target, int restored, int version) => invocation.Answer(line, json =>
    {
        json.WriteString("name", name);
        json.WriteString("reference", target.Reference.ToString());
        json.WriteNumber("restoredVersion", restored);
        json.WriteNumber("version", version);
    });
}
