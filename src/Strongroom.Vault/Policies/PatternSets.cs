namespace Strongroom.Vault.Policies;

/// <summary>Compares the sets of paths that patterns fit.</summary>
internal static class PatternSets
{
    /// <summary>True when every path that <paramref name="inner"/> fits, <paramref name="outer"/> fits too.</summary>
    public static bool Covers(PathPattern outer, PathPattern inner)
    {
        ReadOnlySpan<char> a = outer.Body;
        ReadOnlySpan<char> b = inner.Body;
        while (true)
        {
            var aEnd = a.IndexOf('/');
            var bEnd = b.IndexOf('/');
            var bSegment = bEnd < 0 ? b : b[..bEnd];
            if (aEnd < 0 && outer.IsPrefix) return bSegment is "+" ? a.IsEmpty : bSegment.StartsWith(a, StringComparison.Ordinal);
            if (bEnd < 0 && inner.IsPrefix) return false;
            var aSegment = aEnd < 0 ? a : a[..aEnd];
            if (aSegment is not "+" && !aSegment.SequenceEqual(bSegment)) return false;
            if (aEnd < 0 || bEnd < 0) return aEnd < 0 && bEnd < 0;
            a = a[(aEnd + 1)..];
            b = b[(bEnd + 1)..];
        }
    }

    /// <summary>True when some path fits both.</summary>
    public static bool Overlap(PathPattern one, PathPattern other)
    {
        ReadOnlySpan<char> a = one.Body;
        ReadOnlySpan<char> b = other.Body;
        while (true)
        {
            var aEnd = a.IndexOf('/');
            var bEnd = b.IndexOf('/');
            var aSegment = aEnd < 0 ? a : a[..aEnd];
            var bSegment = bEnd < 0 ? b : b[..bEnd];
            var aOpen = aEnd < 0 && one.IsPrefix;
            var bOpen = bEnd < 0 && other.IsPrefix;
            if (aOpen || bOpen)
            {
                return (aOpen && (bSegment is "+" || bSegment.StartsWith(aSegment, StringComparison.Ordinal)))
                    || (bOpen && (aSegment is "+" || aSegment.StartsWith(bSegment, StringComparison.Ordinal)));
            }
            if (aSegment is not "+" && bSegment is not "+" && !aSegment.SequenceEqual(bSegment)) return false;
            if (aEnd < 0 || bEnd < 0) return aEnd < 0 && bEnd < 0;
            a = a[(aEnd + 1)..];
            b = b[(bEnd + 1)..];
        }
    }
}
