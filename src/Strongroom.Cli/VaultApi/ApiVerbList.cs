using Strongroom.Cli.VaultApi.Verbs;

namespace Strongroom.Cli.VaultApi;

/// <summary>All of Vault's commands in one list.</summary>
internal static class ApiVerbList
{
    public static readonly ApiVerb[] All =
    [
        .. BasicVerbs.All, StatusVerb.Verb, .. KvVerbs.All, .. KvVersionVerbs.All, .. KvMetadataVerbs.All, LoginVerb.Verb, .. TokenVerbs.All, .. PolicyVerbs.All, .. PolicyFileVerbs.All,
        .. MountVerbs.All, .. AuditVerbs.All, .. OperatorVerbs.All, .. KeyVerbs.All, .. RaftVerbs.All, .. LeaseVerbs.All, DebugVerb.Verb, MonitorVerb.Verb,
    ];

    /// <summary>The verb that the words begin with, and how many of them are its name.</summary>
    public static ApiVerb? Find(ReadOnlySpan<string> words, out int count)
    {
        ApiVerb? found = null;
        count = 0;
        foreach (var verb in All)
        {
            var names = verb.Name.Split(' ');
            if (names.Length <= count || names.Length > words.Length) continue;
            if (!words[..names.Length].SequenceEqual(names)) continue;
            (found, count) = (verb, names.Length);
        }
        return found;
    }

    /// <summary>The first words of all verbs.</summary>
    public static IEnumerable<string> Families => All.Select(v => v.Name.Split(' ')[0]).Distinct();
}
