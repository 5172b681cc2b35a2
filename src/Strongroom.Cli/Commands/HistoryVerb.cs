using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Shows the versions that the vault keeps of one secret.</summary>
internal sealed class HistoryVerb : Verb
{
    private readonly Argument<string> _name = Names.Argument("Name of the secret.");
    private readonly Option<string> _store = CommonOptions.VaultStore();

    public HistoryVerb() : base(
        VerbGroup.Secrets, "history", "Show the versions of a secret.",
        ("strongroom history OPENAI_API_KEY", "numbers, times and states, no values"),
        ("strongroom restore OPENAI_API_KEY --version 2", "make an old version the current one"))
    {
        Add(_name);
        Add(_store);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var target = await session.TargetAsync(invocation.Get(_name), invocation.Environment, invocation.Get(_store), invocation.CancellationToken);
        var metadata = await target.Vault.ReadMetadataAsync(target.Path, invocation.CancellationToken);
        var now = session.Time.GetUtcNow();
        if (invocation.Json) WriteJson(invocation.Screen, invocation.Get(_name), metadata);
        else WriteTable(invocation.Screen, metadata, now);
        return ExitCode.Success;
    }

    private static void WriteTable(Screen screen, SecretMetadata metadata, DateTimeOffset now)
    {
        var table = new Table("version", "written", "age", "state");
        for (var i = metadata.Versions.Count - 1; i >= 0; i--)
        {
            var version = metadata.Versions[i];
            table.Add($"{version.Number}", Times.Local(version.CreatedAt), Times.Age(now - version.CreatedAt), State(version, metadata, now, screen.Out));
        }
        table.Write(screen);
    }

    private static string State(SecretVersionInfo version, SecretMetadata metadata, DateTimeOffset now, Ink ink)
    {
        if (version.Destroyed) return ink.Red("destroyed");
        if (version.DeletedAt is { } deleted && deleted <= now) return ink.Yellow("deleted") + ink.Dim(" (restore brings it back)");
        if (version.DeletedAt is { } due) return $"expires in {Times.Age(due - now)}";
        return version.Number == metadata.CurrentVersion ? ink.Green("current") : "kept";
    }

    private static void WriteJson(Screen screen, string name, SecretMetadata metadata) => JsonOutput.Write(screen, json =>
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("path", metadata.Path);
        json.WriteNumber("currentVersion", metadata.CurrentVersion);
        json.WriteStartArray("versions");
        foreach (var version in metadata.Versions)
        {
            json.WriteStartObject();
            json.WriteNumber("version", version.Number);
            json.WriteString("createdAt", version.CreatedAt);
            if (version.DeletedAt is { } deleted) json.WriteString("deletedAt", deleted);
            json.WriteBoolean("destroyed", version.Destroyed);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
