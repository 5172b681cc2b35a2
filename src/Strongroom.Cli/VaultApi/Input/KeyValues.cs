using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Input;

/// <summary>
/// The object that <c>key=value</c>, <c>key=@file</c>, <c>key=-</c>, <c>@file.json</c> and <c>-</c> make together. Values are texts;
/// a key that is given again becomes a list. Values stand on the command line where the process list shows them: it is Vault's form,
/// and a file or standard input keeps them off it.
/// </summary>
internal sealed class KeyValues : IDisposable
{
    private readonly Dictionary<string, List<SecretBuffer>> _texts = [];
    private readonly Dictionary<string, JsonElement> _elements = [];
    private readonly List<string> _order = [];
    private readonly List<IDisposable> _owned = [];

    private KeyValues()
    {
    }

    public bool IsEmpty => _order.Count == 0;

    /// <summary>Reads the arguments. The caller disposes it.</summary>
    /// <exception cref="SecretException">InvalidInput for an argument of another form.</exception>
    public static KeyValues Parse(IEnumerable<string> arguments)
    {
        var values = new KeyValues();
        try
        {
            foreach (var argument in arguments) values.Add(argument);
            return values;
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    /// <summary>The keys in the order in which they were given.</summary>
    public IReadOnlyList<string> Keys => _order;

    public bool Has(string key) => _texts.ContainsKey(key) || _elements.ContainsKey(key);

    /// <summary>The text of a key; null when it has none.</summary>
    public string? Find(string key) => _texts.TryGetValue(key, out var values)
        ? InputText.Text(values[^1].Written, key)
        : _elements.TryGetValue(key, out var element) && element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    /// <summary>Writes the members into an object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        foreach (var key in _order)
        {
            writer.WritePropertyName(key);
            if (!_texts.TryGetValue(key, out var values))
            {
                _elements[key].WriteTo(writer);
                continue;
            }
            if (values.Count > 1) writer.WriteStartArray();
            foreach (var value in values) writer.WriteStringValue(value.Written);
            if (values.Count > 1) writer.WriteEndArray();
        }
    }

    public void Dispose()
    {
        foreach (var owned in _owned) owned.Dispose();
    }

    private void Add(string argument)
    {
        if (argument == "-" || argument is ['@', _, ..])
        {
            AddDocument(InputText.ReadValue(argument), argument == "-" ? "standard input" : argument[1..]);
            return;
        }
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw ApiCall.Invalid("an argument is no key=value", "it is key=value, key=@file, key=- for standard input, @file.json, or - for JSON on standard input");
        var key = argument[..equals];
        var value = InputText.ReadValue(argument[(equals + 1)..]);
        _owned.Add(value);
        if (!System.Text.Unicode.Utf8.IsValid(value.Written)) throw ApiCall.Invalid($"the value of {key} is not text", $"store it as base64: {key}=\"$(base64 file)\"");
        Forget(_elements, key);
        if (_texts.TryGetValue(key, out var values))
        {
            values.Add(value);
            return;
        }
        _order.Add(key);
        _texts.Add(key, [value]);
    }

    private void AddDocument(SecretBuffer text, string source)
    {
        _owned.Add(text);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text.WrittenMemory);
        }
        catch (JsonException)
        {
            throw ApiCall.Invalid($"{source} is not JSON");
        }
        _owned.Add(document);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw ApiCall.Invalid($"{source} is not a JSON object");
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (_texts.Remove(member.Name)) _order.Remove(member.Name);
            Forget(_elements, member.Name);
            _order.Add(member.Name);
            _elements.Add(member.Name, member.Value);
        }
    }

    private void Forget(Dictionary<string, JsonElement> elements, string key)
    {
        if (elements.Remove(key)) _order.Remove(key);
    }

}
