namespace Strongroom.Cli.Framework;

/// <summary>Numbers with their noun.</summary>
internal static class Counted
{
    /// <summary><c>1 secret</c>, <c>2 secrets</c>.</summary>
    public static string Of(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";
}
