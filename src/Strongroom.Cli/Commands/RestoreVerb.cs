using System.CommandLine;
using Strongroom.Cli.Framework;
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
        if (metadata.Versions.FirstOrDefault(v => v.Number == wanted) is { DeletedAt: { } at, Destroyed: false } && at <= now)
        {
            await target.Vault.UndeleteAsync(target.Path, [wanted], invocation.CancellationToken);
            if (wanted == metadata.CurrentVersion)
            {
                invocation.Screen.Done($"{name} is back, at version {wanted} {invocation.Screen.Err.Dim($"({target.Environment})")}");
                return ExitCode.Success;
            }
        }
        var version = await target.Vault.RestoreAsync(target.Path, wanted, invocation.CancellationToken);
        invocation.Screen.Done($"{name} is what it was at version {wanted}; that is version {version} now {invocation.Screen.Err.Dim($"({target.Environment})")}");
        return ExitCode.Success;
    }
}
