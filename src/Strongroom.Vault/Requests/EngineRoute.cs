namespace Strongroom.Vault.Requests;

/// <summary>One endpoint of an engine, for people and programs that ask what there is: path help and the OpenAPI description.</summary>
/// <param name="Path">Below the mount. What differs stands in braces: <c>role/{name}</c>; at the end it may be several segments.</param>
/// <param name="Operations">What it answers, each by the capability of the same name; a write is <see cref="Capability.Update"/>.</param>
/// <param name="Text">What it is for, in one sentence.</param>
internal sealed record EngineRoute(string Path, Capability Operations, string Text)
{
    /// <summary>How many segments of a path this is about literally; -1 when it is about another path.</summary>
    public int RankOf(string path)
    {
        var own = Path.Split('/');
        var asked = path.TrimEnd('/').Split('/', own.Length);
        if (asked.Length != own.Length) return -1;
        var rank = 0;
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i].StartsWith('{'))
            {
                if (asked[i].Length == 0 || (asked[i].Contains('/', StringComparison.Ordinal) && own[i] is not ("{path}" or "{prefix}" or "{lease_id}"))) return -1;
            }
            else if (string.Equals(own[i], asked[i], StringComparison.Ordinal)) rank++;
            else return -1;
        }
        return rank;
    }

    /// <summary>The names in braces.</summary>
    public IEnumerable<string> Parameters
    {
        get
        {
            foreach (var segment in Path.Split('/'))
            {
                if (segment.StartsWith('{')) yield return segment[1..^1];
            }
        }
    }
}
