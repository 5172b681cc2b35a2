using System.Globalization;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Requests;

/// <summary>
/// The members of a request's JSON body, read as leniently as Vault reads them: numbers and booleans may be text, a list may be one
/// text with commas, a duration a number of seconds or text such as <c>1h30m</c>. Faults are InvalidInput and never quote a value.
/// Falls back to the query for a request that does not write: what is written is told by the body alone, as with Vault.
/// </summary>
internal sealed class RequestFields : IDisposable
{
    /// <summary>The deepest nesting of a body.</summary>
    public const int DepthMax = 32;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false };

    /// <summary>The most names that are told as ignored.</summary>
    private const int IgnoredMax = 32;

    // What the path says already; clients like to repeat it.
    private static readonly string[] InPath = ["name", "role", "role_name", "username", "path", "paths", "id", "entity_id"];

    private static readonly Dictionary<string, string> NoQuery = new(StringComparer.Ordinal);

    private readonly JsonDocument? _document;
    private List<string>? _asked;
    private readonly JsonElement? _root;
    private readonly IReadOnlyDictionary<string, string> _query;

    public RequestFields(VaultRequest request)
    {
        // Policies judge the parameters of a write by its body: nothing may come in beside it.
        _query = request.Operation is VaultOperation.Create or VaultOperation.Update or VaultOperation.Patch ? NoQuery : request.Query;
        if (request.Body.IsEmpty) return;
        _document = StrictJson.TryParse(request.Body, Options) ?? throw Invalid("error parsing JSON");
        if (_document.RootElement.ValueKind == JsonValueKind.Object) _root = _document.RootElement;
        else if (_document.RootElement.ValueKind != JsonValueKind.Null) throw Invalid("error parsing JSON: it is not an object");
        if (_root is null) return;
        _asked = [];
        request.Fields = this;
    }

    private RequestFields(JsonElement root) => (_root, _query) = (root, NoQuery);

    private RequestFields() => _query = NoQuery;

    /// <summary>A body without members.</summary>
    public static RequestFields Empty() => new();

    /// <summary>The members of an object inside a body.</summary>
    public static RequestFields Of(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? new RequestFields(element) : throw Invalid("error parsing JSON: a member is not an object");

    /// <summary>The member, unless it is absent or null.</summary>
    public JsonElement? Find(string name)
    {
        _asked?.Add(name);
        return _root?.TryGetProperty(name, out var found) == true && found.ValueKind != JsonValueKind.Null ? found : null;
    }

    /// <summary>Whether the request says anything about the member, be it null.</summary>
    public bool Has(string name)
    {
        _asked?.Add(name);
        return _root?.TryGetProperty(name, out _) == true || _query.ContainsKey(name);
    }

    /// <summary>Says that the endpoint means every name there is.</summary>
    public void TakeAll() => _asked = null;

    /// <summary>Says that the endpoint knows these names, also where it need not look at them.</summary>
    public void Know(params ReadOnlySpan<string> names) => _asked?.AddRange(names);

    /// <summary>Names in the body that nothing has asked for, sorted; known when this is disposed of.</summary>
    public IReadOnlyList<string> Ignored { get; private set; } = [];

    public string? Text(string name) => Find(name) is { } found
        ? found.ValueKind switch
        {
            JsonValueKind.String => found.GetString()!,
            JsonValueKind.Number => found.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => throw Invalid($"'{name}' is not text"),
        }
        : _query.GetValueOrDefault(name);

    /// <summary>A text that must not become a string: its UTF-8 bytes. Null when the body has none. Throws InvalidInput when it is longer than so many bytes.</summary>
    public SecretValue? Secret(string name, int lengthMax)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind != JsonValueKind.String) throw Invalid($"'{name}' is not text");
        var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(found);
        var bytes = new byte[raw.Length];
        try
        {
            var reader = new Utf8JsonReader(raw);
            reader.Read();
            var length = reader.CopyString(bytes);
            return length <= lengthMax ? SecretValue.FromBytes(bytes.AsSpan(0, length)) : throw Invalid($"'{name}' is longer than {lengthMax} bytes");
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public string RequireText(string name) => Text(name) is { Length: > 0 } text ? text : throw Invalid($"missing {name}");

    public bool? Flag(string name) => Text(name) switch
    {
        null or "" => null,
        "true" or "1" or "t" or "T" or "TRUE" or "True" => true,
        "false" or "0" or "f" or "F" or "FALSE" or "False" => false,
        _ => throw Invalid($"'{name}' is not true or false"),
    };

    public int? Count(string name) => Text(name) switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
        _ => throw Invalid($"'{name}' is not a whole number from 0"),
    };

    /// <summary>A duration in whole seconds, rounded up.</summary>
    public long? Seconds(string name)
    {
        if (Text(name) is not { Length: > 0 } text) return null;
        try
        {
            return (long)Math.Ceiling(GoDuration.Parse(text).TotalSeconds);
        }
        catch (SecretException)
        {
            throw Invalid($"'{name}' is not a duration such as 3h25m19s");
        }
    }

    /// <summary>A list: of texts, or one text with commas. Blank items are dropped.</summary>
    public string[]? Names(string name)
    {
        if (Find(name) is { ValueKind: JsonValueKind.Array } array)
        {
            var names = new List<string>(array.GetArrayLength());
            foreach (var item in array.EnumerateArray())
            {
                if (item.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) throw Invalid($"'{name}' has an item that is not text");
                var text = (item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText()).Trim();
                if (text.Length > 0) names.Add(text);
            }
            return [.. names];
        }
        return Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>An object of texts, or a text that is such an object as JSON.</summary>
    public Dictionary<string, string>? Pairs(string name)
    {
        if (Find(name) is not { } found) return null;
        JsonDocument? inner = null;
        try
        {
            if (found.ValueKind == JsonValueKind.String && found.GetString() is { } text)
            {
                if (text.Length == 0) return [];
                inner = StrictJson.TryParse(Encoding.UTF8.GetBytes(text), Options) ?? throw Invalid($"'{name}' is not an object of texts");
                found = inner.RootElement;
            }
            if (found.ValueKind != JsonValueKind.Object) throw Invalid($"'{name}' is not an object of texts");
            var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in found.EnumerateObject())
                pairs[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            return pairs;
        }
        finally
        {
            inner?.Dispose();
        }
    }

    public void Dispose()
    {
        if (_asked is not null) Ignored = FindIgnored(_asked);
        _document?.Dispose();
    }

    private List<string> FindIgnored(List<string> asked)
    {
        var ignored = new List<string>();
        foreach (var member in _root!.Value.EnumerateObject())
        {
            if (asked.Contains(member.Name) || Array.IndexOf(InPath, member.Name) >= 0) continue;
            ignored.Add(member.Name);
            if (ignored.Count == IgnoredMax) break;
        }
        ignored.Sort(StringComparer.Ordinal);
        return ignored;
    }

    /// <summary>The error of a request that cannot be meant so; the text is what the client sees.</summary>
    public static SecretException Invalid(string reason) => new(SecretErrorKind.InvalidInput, reason);
}
