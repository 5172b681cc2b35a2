using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Commands;

/// <summary>What the encrypted disk cache holds for a start without network.</summary>
internal sealed class CacheStatusVerb : Verb
{
    public CacheStatusVerb() : base(
        VerbGroup.Vault, "status", "Show what is kept for an offline start.",
        ("strongroom cache status", "references and ages, no values"))
    {
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var contents = session.DiskCache.Describe();
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Screen, json =>
            {
                json.WriteStartArray();
                foreach (var content in contents)
                {
                    json.WriteStartObject();
                    json.WriteString("reference", content.Reference.ToString());
                    json.WriteString("fetchedAt", content.FetchedAt);
                    json.WriteBoolean("usable", content.IsUsable);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return ExitCode.Success;
        }
        if (contents.Count == 0)
        {
            invocation.Screen.Note("Nothing is cached. Only stores behind a network are; what is on this machine is read where it is.");
            return ExitCode.Success;
        }
        var now = session.Time.GetUtcNow();
        var table = new Table("reference", "age", "state");
        foreach (var content in contents)
            table.Add(content.Reference.ToString(), Times.Age(now - content.FetchedAt), content.IsUsable ? invocation.Screen.Out.Green("usable") : "too old");
        table.Write(invocation.Screen);
        return ExitCode.Success;
    }
}

/// <summary>Deletes the disk cache and its key.</summary>
internal sealed class CacheClearVerb : Verb
{
    public CacheClearVerb() : base(
        VerbGroup.Vault, "clear", "Delete the cache and its key.",
        ("strongroom cache clear", "the next start asks every store again"))
    {
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        session.DiskCache.Clear();
        invocation.Answer("the cache is empty", json => json.WriteBoolean("cleared", true));
        return ExitCode.Success;
    }
}
