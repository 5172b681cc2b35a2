using System.Text;

namespace Strongroom.Formats;

/// <summary>A variable inside a <c>.env</c> value: <c>$NAME</c>, <c>${NAME}</c> or <c>${NAME:-default}</c>.</summary>
internal readonly ref struct DotEnvVariable
{
    private DotEnvVariable(string name, ReadOnlySpan<byte> @default, int length)
    {
        Name = name;
        Default = @default;
        Length = length;
    }

    public string Name { get; }

    /// <summary>What stands for it when the name is unknown; empty without a default.</summary>
    public ReadOnlySpan<byte> Default { get; }

    /// <summary>How many bytes it takes in the text.</summary>
    public int Length { get; }

    /// <summary>Reads the variable that <paramref name="text"/> begins with.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out DotEnvVariable variable)
    {
        variable = default;
        var braced = text.Length > 1 && text[1] == '{';
        var start = braced ? 2 : 1;
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] == '_')) end++;
        if (end == start || char.IsAsciiDigit((char)text[start])) return false;
        var name = Encoding.ASCII.GetString(text[start..end]);
        if (!braced)
        {
            variable = new DotEnvVariable(name, default, end);
            return true;
        }
        var close = text[end..].IndexOfAny((byte)'}', (byte)'\n');
        if (close < 0 || text[end + close] != '}') return false;
        var rest = text.Slice(end, close);
        if (rest.Length > 0 && !rest.StartsWith(":-"u8)) return false;
        variable = new DotEnvVariable(name, rest.Length > 0 ? rest[2..] : default, end + close + 1);
        return true;
    }
}
