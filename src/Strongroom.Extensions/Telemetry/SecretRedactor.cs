using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Strongroom.Extensions.Telemetry;

/// <summary>Takes known values out of texts, in the forms in which they are met: plain, base64, percent-encoded, as JSON.</summary>
/// <param name="values">The values by name.</param>
internal sealed class SecretRedactor(Func<IReadOnlyDictionary<string, string>> values)
{
    /// <summary>Shorter values are words that texts have anyway: <c>true</c>, <c>5432</c>.</summary>
    private const int LengthMin = 6;

    private Forms _forms = new([], SearchValues.Create([], StringComparison.Ordinal), new Dictionary<string, string>());

    /// <summary>The text with each value replaced by <c>[secret NAME]</c>; the same object when it holds none.</summary>
    public string Redact(string text)
    {
        var forms = Current();
        if (forms.All.Length == 0 || text.AsSpan().IndexOfAny(forms.Search) < 0) return text;
        foreach (var (form, name) in forms.All) text = text.Replace(form, $"[secret {name}]", StringComparison.Ordinal);
        return text;
    }

    private Forms Current()
    {
        var now = values();
        var known = Volatile.Read(ref _forms);
        if (ReferenceEquals(known.Of, now)) return known;
        var all = new Dictionary<string, string>();
        foreach (var (name, value) in now)
        {
            if (value.Length < LengthMin) continue;
            all.TryAdd(value, name);
            all.TryAdd(Uri.EscapeDataString(value), name);
            all.TryAdd(Convert.ToBase64String(Encoding.UTF8.GetBytes(value)), name);
            all.TryAdd(JsonEncodedText.Encode(value).ToString(), name);
            all.TryAdd(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), name);
        }
        // Longer forms first: one value may be part of another.
        (string, string)[] ordered = [.. all.OrderByDescending(form => form.Key.Length).Select(form => (form.Key, form.Value))];
        var forms = new Forms(ordered, SearchValues.Create([.. all.Keys], StringComparison.Ordinal), now);
        Volatile.Write(ref _forms, forms);
        return forms;
    }

    private sealed record Forms((string Form, string Name)[] All, SearchValues<string> Search, IReadOnlyDictionary<string, string> Of);
}
