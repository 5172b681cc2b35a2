using Strongroom.Formats;
using Strongroom.Secrets;
using Strongroom.Vault.Hcl;
using Strongroom.Vault.Requests;

namespace Strongroom.Server.Configuration;

/// <summary>The settings of one block, read by type. A wrong type is a fault; a key that nobody reads is a warning, as with Vault.</summary>
internal sealed class ConfigurationSection
{
    private readonly Dictionary<string, HclItem> _items = [];
    private readonly string _file;
    private readonly TextFaults _faults;

    public ConfigurationSection(HclBody body, string file, IReadOnlyCollection<string> known, TextFaults faults, List<string> warnings)
    {
        (_file, _faults) = (file, faults);
        foreach (var item in body.Items)
        {
            if (!known.Contains(item.Key.Text)) Warn(item.Key, known, warnings);
            else if (!_items.TryAdd(item.Key.Text, item)) Add(item.Key, $"{item.Key.Text} stands on line {_items[item.Key.Text].Key.Line} already", "keep one of them");
        }
    }

    public bool Has(string key) => _items.ContainsKey(key);

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        HclText text => text.Text,
        HclNumber number => number.Text,
        var other => Misfit<string>(key, "a text", other),
    };

    /// <summary>Booleans may be written as 1, 0 and in quotes.</summary>
    public bool? Flag(string key) => Find(key) switch
    {
        null => null,
        HclFlag flag => flag.Flag,
        HclNumber { Number: 0 or 1 } number => number.Number == 1,
        HclText { Text: "true" or "1" } => true,
        HclText { Text: "false" or "0" or "" } => false,
        var other => Misfit<bool?>(key, "true or false", other),
    };

    public TimeSpan? Duration(string key)
    {
        if (Find(key) is not { } value) return null;
        try
        {
            return GoDuration.Parse(value switch { HclText text => text.Text, HclNumber number => number.Text, _ => "" });
        }
        catch (SecretException)
        {
            return Misfit<TimeSpan?>(key, "a duration", value, "write a number of seconds, or 90s, 5m, 768h");
        }
    }

    public long? Size(string key)
    {
        if (Find(key) is not { } value) return null;
        var text = value switch { HclText words => words.Text, HclNumber number => number.Text, _ => "" };
        return DataSize.TryParse(text, out var bytes) ? bytes : Misfit<long?>(key, "a size", value, "write a number of bytes, or 128MB, 32MiB");
    }

    public int? Count(string key) => Find(key) switch
    {
        null => null,
        HclNumber number when number.TryGetInteger(out var integer) && integer is >= 0 and <= int.MaxValue => (int)integer,
        HclText text when int.TryParse(text.Text, System.Globalization.NumberStyles.None, null, out var count) => count,
        var other => Misfit<int?>(key, "a whole number from 0", other),
    };

    /// <summary>A list of texts, or one text with commas.</summary>
    public string[]? Names(string key)
    {
        if (Find(key) is not { } value) return null;
        if (value is HclText one) return one.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (value is not HclList list || !list.Items.All(item => item is HclText)) return Misfit<string[]>(key, "a list of texts", value);
        return [.. list.Items.Select(item => ((HclText)item).Text)];
    }

    /// <summary>The blocks of a key that have one label each.</summary>
    public List<HclBlock> Blocks(string key, string example)
    {
        var blocks = new List<HclBlock>();
        if (!_items.TryGetValue(key, out var item)) return blocks;
        if (!HclBody.TryReadLabelled(item, blocks, out var misfit))
            _faults.Add(Place(misfit), $"{key}: expected a kind and a block, found {misfit.Shape}", "write " + example);
        return blocks;
    }

    /// <summary>The body of a block without label.</summary>
    public HclBody? Body(string key, string example) => !_items.TryGetValue(key, out var item) ? null : item switch
    {
        { Labels.Count: 0, Value: HclBody body } => body,
        { Labels.Count: 0, Value: HclList { Items: [HclBody only] } } => only,
        _ => Misfit<HclBody>(key, "one block without a label", item.Value, "write " + example),
    };

    /// <summary>Reports that the value of a key cannot be meant so.</summary>
    public void Fault(string key, string message, string? suggestion = null)
    {
        if (Find(key) is { } value) _faults.Add(Place(value), $"{key}: {message}", suggestion);
    }

    private HclValue? Find(string key) => _items.TryGetValue(key, out var item) ? item.Value : null;

    private T? Misfit<T>(string key, string what, HclValue found, string? suggestion = null)
    {
        _faults.Add(Place(found), $"{key}: expected {what}, found {found.Shape}", suggestion);
        return default;
    }

    private void Warn(HclWord key, IReadOnlyCollection<string> known, List<string> warnings)
    {
        var near = NearestWord.Find(key.Text, known);
        warnings.Add($"unknown or unsupported field {TextFaults.Shorten(key.Text)} found in configuration at {_file}:{key.Line}:{key.Column}"
            + (near is null ? "" : $"; did you mean '{near}'?"));
    }

    private void Add(HclWord at, string message, string? suggestion) => _faults.Add(new TextPlace(_file, at.Line, at.Column), message, suggestion);

    private TextPlace Place(HclValue value) => new(_file, value.Line, value.Column);
}
