using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>A piece of a <see cref="ValueTemplate"/>: a literal, a name of the manifest, or a reference.</summary>
public sealed record TemplatePart
{
    /// <summary>Text that stands as it is.</summary>
    public string? Literal { get; init; }

    /// <summary>A secret of the manifest.</summary>
    public string? Name { get; init; }

    /// <summary>The address of a secret.</summary>
    public SecretReference? Reference { get; init; }

    /// <summary>Whether the value is percent-encoded, so that it can stand anywhere in an address.</summary>
    public bool IsForUrl { get; init; }

    /// <summary>Names the secret that stands here, the address as text; null for a literal.</summary>
    internal string? Key => Reference?.ToString() ?? Name;

    internal void WriteTo(SecretBuffer output, Func<TemplatePart, SecretValue> find)
    {
        if (Literal is not null) output.Write(Encoding.UTF8.GetBytes(Literal));
        else if (IsForUrl) WriteEncoded(output, find(this).Reveal());
        else output.Write(find(this).Reveal());
    }

    /// <summary>All but the unreserved characters of RFC 3986.</summary>
    private static void WriteEncoded(SecretBuffer output, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                output.Append(b);
                continue;
            }
            output.Append((byte)'%');
            output.Append((byte)"0123456789ABCDEF"[b >> 4]);
            output.Append((byte)"0123456789ABCDEF"[b & 15]);
        }
    }
}
