using System.Globalization;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Server.Hcp;

/// <summary>
/// A page of names in ordinal order. Its tokens are the names at its ends, so that a page never repeats or skips a name that stays,
/// whatever comes and goes in between.
/// </summary>
/// <param name="Names">The names on the page.</param>
/// <param name="Next">What asks for the page behind it; empty at the end.</param>
/// <param name="Previous">What asks for the page before it; empty at the start.</param>
internal sealed record HcpPage(IReadOnlyList<string> Names, string Next, string Previous)
{
    private const int SizeMax = 100;

    /// <summary>Cuts the page that a query asks for. Throws InvalidInput for a query that asks for none.</summary>
    public static HcpPage Cut(IEnumerable<string> names, IQueryCollection query)
    {
        var (next, previous) = (query["pagination.next_page_token"].ToString(), query["pagination.previous_page_token"].ToString());
        if (next.Length > 0 && previous.Length > 0) throw Fault("a next and a previous page token exclude each other");
        var part = query["name_contains"].ToString();
        List<string> all = [.. names.Where(name => name.Contains(part, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        var size = SizeOf(query);
        var start = next.Length > 0 ? FirstBehind(all, Decode(next)) : 0;
        if (previous.Length > 0) start = Math.Max(0, all.FindIndex(name => string.CompareOrdinal(name, Decode(previous)) >= 0) is var at and >= 0 ? at - size : all.Count - size);
        List<string> page = [.. all.Skip(start).Take(size)];
        return new HcpPage(
            page,
            page.Count > 0 && start + page.Count < all.Count ? Encode(page[^1]) : "",
            page.Count > 0 && start > 0 ? Encode(page[0]) : "");
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("pagination"u8);
        writer.WriteString("next_page_token"u8, Next);
        writer.WriteString("previous_page_token"u8, Previous);
        writer.WriteEndObject();
    }

    private static int SizeOf(IQueryCollection query)
    {
        var text = query["pagination.page_size"].ToString();
        if (text.Length == 0) return SizeMax;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)) throw Fault("the page size is no number");
        return size is 0 or > SizeMax ? SizeMax : size;
    }

    private static int FirstBehind(List<string> all, string name)
    {
        var at = all.FindIndex(other => string.CompareOrdinal(other, name) > 0);
        return at < 0 ? all.Count : at;
    }

    private static string Encode(string name) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    private static string Decode(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token));
        }
        catch (FormatException)
        {
            throw Fault("the page token is not one of ours");
        }
    }

    private static SecretException Fault(string reason) => new(SecretErrorKind.InvalidInput, reason);
}
