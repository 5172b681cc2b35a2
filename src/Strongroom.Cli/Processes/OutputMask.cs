using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using Strongroom.Secrets;

namespace Strongroom.Cli.Processes;

/// <summary>
/// The byte patterns that must not leave a child's output: each secret raw, and as base64 (all three alignments, both alphabets),
/// hexadecimal, URL-encoded and JSON-escaped. Values shorter than <see cref="LengthMin"/> bytes are left alone: masking every
/// <c>1</c> would make the output useless and tell more than it hides.
/// </summary>
internal sealed class OutputMask
{
    /// <summary>Shortest value that is masked, in bytes.</summary>
    public const int LengthMin = 5;

    private readonly Dictionary<uint, List<byte[]>> _byPrefix = [];
    private readonly bool[] _firstTwo = new bool[65536];

    public OutputMask(IEnumerable<SecretValue> secrets)
    {
        foreach (var secret in secrets)
        {
            var value = secret.Reveal();
            if (value.Length < LengthMin) continue;
            AddForms(value);
        }
        // Longest first, so that of two secrets where one begins with the other no tail stays visible.
        foreach (var patterns in _byPrefix.Values) patterns.Sort(static (a, b) => b.Length - a.Length);
    }

    /// <summary>
    /// The length of the secret that starts at the front of <paramref name="data"/>; 0 when none does; -1 when more bytes are needed to tell.
    /// </summary>
    public int Match(ReadOnlySpan<byte> data, bool isEnd)
    {
        if (data.Length < 4)
        {
            return !isEnd && MayStart(data) ? -1 : 0;
        }
        if (!_firstTwo[BinaryPrimitives.ReadUInt16LittleEndian(data)]) return 0;
        if (!_byPrefix.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(data), out var patterns)) return 0;
        foreach (var pattern in patterns)
        {
            if (data.Length >= pattern.Length)
            {
                if (data.StartsWith(pattern)) return pattern.Length;
            }
            else if (!isEnd && pattern.AsSpan().StartsWith(data))
            {
                return -1;
            }
        }
        return 0;
    }

    private bool MayStart(ReadOnlySpan<byte> tail)
    {
        foreach (var patterns in _byPrefix.Values)
        {
            if (patterns[0].AsSpan().StartsWith(tail)) return true;
        }
        return false;
    }

    private void AddForms(ReadOnlySpan<byte> value)
    {
        Add(value);
        Add(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(value)));
        Add(Encoding.ASCII.GetBytes(Convert.ToHexString(value)));
        for (var shift = 0; shift < 3; shift++) AddBase64(value, shift);

        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return;
        }
        Add(Encoding.UTF8.GetBytes(Uri.EscapeDataString(text)));
        Add(Encoding.UTF8.GetBytes(Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal)));
        Add(Encoding.UTF8.GetBytes(JavaScriptEncoder.Default.Encode(text)));
        Add(Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)));
        // A multi-line value is often printed a line at a time.
        if (text.Contains('\n'))
        {
            foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
            {
                if (line.Length >= 12) Add(Encoding.UTF8.GetBytes(line));
            }
        }
    }

    /// <summary>
    /// The characters of base64 text that depend on the value alone when it starts <paramref name="shift"/> bytes into a group of
    /// three, as the password in <c>user:password</c> does.
    /// </summary>
    private void AddBase64(ReadOnlySpan<byte> value, int shift)
    {
        var padded = new byte[shift + value.Length];
        value.CopyTo(padded.AsSpan(shift));
        var text = Convert.ToBase64String(padded).TrimEnd('=');
        var first = shift == 0 ? 0 : shift + 1;
        var last = padded.Length % 3 == 0 ? text.Length : text.Length - 1;
        if (last - first < 6) return;
        var stable = text[first..last];
        Add(Encoding.ASCII.GetBytes(stable));
        Add(Encoding.ASCII.GetBytes(stable.Replace('+', '-').Replace('/', '_')));
    }

    private void Add(ReadOnlySpan<byte> pattern)
    {
        var key = BinaryPrimitives.ReadUInt32LittleEndian(pattern);
        if (!_byPrefix.TryGetValue(key, out var patterns)) _byPrefix[key] = patterns = [];
        foreach (var known in patterns)
        {
            if (pattern.SequenceEqual(known)) return;
        }
        patterns.Add(pattern.ToArray());
        _firstTwo[BinaryPrimitives.ReadUInt16LittleEndian(pattern)] = true;
    }
}
