using System.Security.Cryptography;

namespace Strongroom.Vault.Audit;

/// <summary>How often a secret was used.</summary>
/// <param name="Path">Path of the secret, without mount.</param>
/// <param name="LastReadAt">When its value was last given out, if ever.</param>
/// <param name="LastWrittenAt">When a value was last written, if that is on record.</param>
/// <param name="ReadsLastDay">Reads in the last 24 hours.</param>
/// <param name="Reads">Reads on record.</param>
public sealed record AccessStatistic(string Path, DateTimeOffset? LastReadAt, DateTimeOffset? LastWrittenAt, long ReadsLastDay, long Reads);

/// <summary>
/// Reads the audit log as a table of use. So reading a secret never writes to the vault. What a change looks at before it writes is on
/// record under <c>fields/</c> and is not use.
/// </summary>
internal static class AccessStatistics
{
    private const string DataPath = "secret/data/";
    private static readonly string[] ChangePaths = ["secret/fields/", "secret/append/"];

    public static async ValueTask<IReadOnlyDictionary<string, AccessStatistic>> ReadAsync(
        string path, byte[] key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var statistics = new Dictionary<string, AccessStatistic>(StringComparer.Ordinal);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        using var reader = new AuditReader(path);
        while (await reader.NextAsync(cancellationToken) is { } piece)
        {
            if (!piece.Ended || AuditLine.Read(hmac, piece.Bytes.Span) is not { Kind: "outcome", Outcome: "ok" } line) continue;
            if (NameOf(line) is not { } name) continue;
            var known = statistics.GetValueOrDefault(name) ?? new AccessStatistic(name, null, null, 0, 0);
            var time = new DateTimeOffset(line.Time);
            statistics[name] = line.Operation switch
            {
                "read" => known with { LastReadAt = time, Reads = known.Reads + 1, ReadsLastDay = known.ReadsLastDay + (now - time < TimeSpan.FromDays(1) ? 1 : 0) },
                "create" or "update" or "patch" => known with { LastWrittenAt = time },
                _ => known,
            };
        }
        return statistics;
    }

    /// <summary>The secret that a record gives out or writes; null for every other record.</summary>
    private static string? NameOf(ParsedAuditLine line)
    {
        if (line.Path.StartsWith(DataPath, StringComparison.Ordinal)) return line.Path[DataPath.Length..];
        if (string.Equals(line.Operation, "read", StringComparison.Ordinal)) return null;
        foreach (var prefix in ChangePaths)
        {
            if (line.Path.StartsWith(prefix, StringComparison.Ordinal)) return line.Path[prefix.Length..];
        }
        return null;
    }
}
