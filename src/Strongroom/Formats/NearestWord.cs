namespace Strongroom.Formats;

/// <summary>Finds the word that somebody most likely meant.</summary>
public static class NearestWord
{
    private const int LengthMax = 64;

    /// <summary>The known word with the fewest edits from <paramref name="word"/>; null when none is near.</summary>
    public static string? Find(string word, IReadOnlyCollection<string> known)
    {
        if (word.Length is 0 or > LengthMax) return null;
        string? nearest = null;
        var fewest = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in known)
        {
            if (candidate.Length > LengthMax) continue;
            var distance = Distance(word, candidate);
            if (distance >= fewest) continue;
            fewest = distance;
            nearest = candidate;
        }
        return nearest;
    }

    /// <summary>Edits between two words without regard to case; swapping two neighbours is one edit.</summary>
    internal static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
