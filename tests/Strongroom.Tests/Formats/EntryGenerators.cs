using FsCheck;
using FsCheck.Fluent;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Tests.Formats;

/// <summary>Names and texts that go for the weak places of quoting.</summary>
internal static class EntryGenerators
{
    private static readonly string[] Pieces =
        ["a", "Z9", " ", "  ", "\n", "\r", "\r\n", "\t", "'", "\"", "`", "\\", "\\n", "$", "${A}", "$(id)", "#", " # x", "=", ":", "%", "é", "🔑", "\u0085", "\u2028", "\uFEFF", "\u007F", "\u0001", "{", "}", "&a", "*a", "!", "|", "null", "~", "---", "export "];

    private static readonly Gen<string> Text =
        from pieces in Gen.Elements(Pieces).ListOf()
        select string.Concat(pieces);

    public static Arbitrary<string> Values { get; } = Text.ToArbitrary();

    public static Arbitrary<string> OneLineValues { get; } = Text.Select(t => t.Replace("\n", "").Replace("\r", "")).ToArbitrary();

    public static bool Survives(string value, Func<IReadOnlyList<SecretEntry>, IReadOnlyList<SecretEntry>> roundTrip)
    {
        SecretEntry[] entries = [new("FIRST", SecretValue.FromText("1")), new("NAME_2", SecretValue.FromText(value)), new("LAST", SecretValue.FromText(""))];
        var read = roundTrip(entries);
        return read.Count == 3 && read.Zip(entries).All(pair => pair.First.Name == pair.Second.Name && pair.First.Value.Equals(pair.Second.Value));
    }
}
