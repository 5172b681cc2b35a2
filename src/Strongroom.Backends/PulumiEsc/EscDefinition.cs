using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Backends.PulumiEsc;

/// <summary>
/// The YAML that an environment is defined by: changes of one value, with comments and order kept. A value is written as
/// <c>fn::secret</c>, which the service encrypts. It takes no text with <c>${</c> there, so such a text goes as base64 through
/// <c>fn::fromBase64</c>. Source: pulumi.com/docs/esc/environments/syntax.
/// </summary>
internal static class EscDefinition
{
    /// <summary>The definition with one value set, as a body that holds it.</summary>
    /// <param name="text">The definition as it is.</param>
    /// <param name="path">The properties, below <c>values</c>; where an object stands, its property <c>value</c> is meant.</param>
    /// <param name="value">The new value.</param>
    /// <exception cref="SecretException">ReadOnly for what a provider makes, Unsupported for a definition that cannot be changed there.</exception>
    public static SecretBuffer Set(string text, IReadOnlyList<string> path, SecretValue value)
    {
        try
        {
            var isTemplate = value.Reveal().IndexOf("${"u8) >= 0;
            var change = YamlChange.Set(text, Target(text, path), isTemplate ? "\"fn::fromBase64\": {\"fn::secret\": " : "fn::secret: ", isTemplate ? "}" : "");
            return Compose(text, change, isTemplate, value);
        }
        catch (FormatException e)
        {
            throw NotHere(e);
        }
    }

    /// <summary>The definition without a value; null when it has none there.</summary>
    /// <exception cref="SecretException">Unsupported for a definition that cannot be read.</exception>
    public static SecretBuffer? Remove(string text, IReadOnlyList<string> path)
    {
        try
        {
            if (YamlChange.Remove(text, Below(path)) is not { } change) return null;
            return Compose(text, change, asBase64: false, value: null);
        }
        catch (FormatException e)
        {
            throw NotHere(e);
        }
    }

    /// <summary>Whether the definition itself, and not one that it imports, has a value there.</summary>
    public static bool Has(string text, IReadOnlyList<string> path)
    {
        try
        {
            return YamlChange.Remove(text, Below(path)) is not null;
        }
        catch (FormatException e)
        {
            throw NotHere(e);
        }
    }

    private static List<string> Below(IReadOnlyList<string> path) => ["values", .. path];

    private static List<string> Target(string text, IReadOnlyList<string> path)
    {
        var target = Below(path);
        var map = YamlSpans.Read(text);
        for (var i = 0; i < target.Count; i++)
        {
            var value = map?.Find(target[i])?.Value;
            map = value as MapSpan;
            if (map?.Entries is [{ Key.Text: { } function }] && function.StartsWith("fn::", StringComparison.Ordinal))
            {
                if (i == target.Count - 1 && function is "fn::secret" or "fn::fromBase64") return target;
                throw new SecretException(SecretErrorKind.ReadOnly, $"is made by {TextFaults.Shorten(function)}", help: "change the definition with esc env edit");
            }
        }
        if (map is { Entries.Count: > 0 }) target.Add(SecretAddress.DefaultField);
        return target;
    }

    private static SecretBuffer Compose(string text, YamlChange change, bool asBase64, SecretValue? value)
    {
        var body = new SecretBuffer(text.Length + (value?.Length ?? 0) * 2 + 64);
        try
        {
            Append(body, text.AsSpan(0, change.Start));
            Append(body, change.Before);
            if (value is not null && asBase64) AppendBase64(body, value.Reveal());
            else if (value is not null) AppendQuoted(body, value.Reveal());
            Append(body, change.After);
            Append(body, text.AsSpan(change.Start + change.Length));
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static void Append(SecretBuffer body, ReadOnlySpan<char> text) =>
        body.Advance(Encoding.UTF8.GetBytes(text, body.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));

    private static void AppendBase64(SecretBuffer body, ReadOnlySpan<byte> bytes)
    {
        body.Append((byte)'"');
        Base64.EncodeToUtf8(bytes, body.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        body.Advance(written);
        body.Append((byte)'"');
    }

    /// <summary>Writes UTF-8 as a YAML text in double quotes. What YAML does not take as it is, or would change, is escaped.</summary>
    private static void AppendQuoted(SecretBuffer body, ReadOnlySpan<byte> bytes)
    {
        Span<char> escape = stackalloc char[6];
        body.Append((byte)'"');
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) != System.Buffers.OperationStatus.Done)
                throw new SecretException(SecretErrorKind.InvalidInput, "has a value that is no text, and Pulumi ESC keeps texts", help: "write it as base64");
            if (rune.Value is '"' or '\\')
            {
                body.Append((byte)'\\');
                body.Append((byte)rune.Value);
            }
            else if (rune.Value is < 0x20 or (>= 0x7f and < 0xa0) or 0x2028 or 0x2029 or 0xfeff or 0xfffe or 0xffff)
            {
                escape.TryWrite(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}", out _);
                Append(body, escape);
            }
            else
            {
                body.Write(bytes[..length]);
            }
            bytes = bytes[length..];
        }
        body.Append((byte)'"');
    }

    private static SecretException NotHere(FormatException fault) =>
        new(SecretErrorKind.Unsupported, $"is not possible in this definition ({fault.Message})", help: "change it with esc env edit");
}
