using System.Globalization;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends;

/// <summary>Makes a backend from the settings of one store.</summary>
/// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> naming every fault of the settings.</exception>
public delegate SecretBackend BackendFactory(BackendSettings settings);

/// <summary>Makes the transport of a backend behind HTTP. A type of its own, so that local stores do not load the HTTP library.</summary>
public delegate HttpMessageHandler TransportFactory();

/// <summary>
/// The settings of one store as they stand in the manifest, and the surroundings a backend may use. A factory takes the
/// settings it knows and then calls <see cref="ThrowOnFaults"/>, which reports missing, unknown and malformed ones at once.
/// </summary>
/// <param name="store">Name of the store, for messages.</param>
/// <param name="values">Name and text of each setting.</param>
/// <param name="baseDirectory">Where relative paths start: the folder of the manifest.</param>
/// <param name="environment">A copy of the environment variables.</param>
/// <param name="time">The clock.</param>
/// <param name="transport">Makes the transport of backends behind HTTP, instead of the usual one; for tests and proxies.</param>
public sealed class BackendSettings(
    string store, IReadOnlyDictionary<string, string> values, string baseDirectory,
    IReadOnlyDictionary<string, string> environment, TimeProvider time, TransportFactory? transport = null)
{
    private readonly List<string> _known = [];
    private readonly List<string> _faults = [];

    /// <summary>Name of the store.</summary>
    public string Store => store;

    /// <summary>A copy of the environment variables; nothing reads the process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment => environment;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Makes the transport of backends behind HTTP; null for the usual one.</summary>
    public TransportFactory? Transport => transport;

    /// <summary>A variable of the environment; null when it is not set or empty.</summary>
    public string? Variable(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Remembers a fault of the settings that the caller found.</summary>
    public void Fault(string fault) => _faults.Add(fault);

    /// <summary>An optional text.</summary>
    public string? Text(string name)
    {
        if (!_known.Contains(name)) _known.Add(name);
        return values.TryGetValue(name, out var value) ? value : null;
    }

    /// <summary>A text that must be there. Returns "" and remembers the fault when it is not.</summary>
    public string RequiredText(string name)
    {
        if (Text(name) is { Length: > 0 } value) return value;
        _faults.Add($"{name} is missing");
        return "";
    }

    /// <summary>One of a few words.</summary>
    public string Choice(string name, string defaultValue, params ReadOnlySpan<string> allowed)
    {
        var value = Text(name) ?? defaultValue;
        foreach (var one in allowed)
            if (string.Equals(one, value)) return value;
        _faults.Add($"{name} must be one of {string.Join(", ", allowed)}");
        return defaultValue;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool defaultValue) => Choice(name, defaultValue ? "true" : "false", "true", "false") is "true";

    /// <summary>A whole number within limits.</summary>
    public int Number(string name, int defaultValue, int min, int max)
    {
        if (Text(name) is not { } text) return defaultValue;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        _faults.Add($"{name} must be a number from {min} to {max}");
        return defaultValue;
    }

    /// <summary>An absolute address of http or https without user and password, from a setting or a variable; null when there is none.</summary>
    public Uri? Address(string name, string? written)
    {
        if (written is null) return null;
        if (Uri.TryCreate(written, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0) return address;
        _faults.Add($"{name} must be an address such as https://host:port");
        return null;
    }

    /// <summary>A path, absolute or from the folder of the manifest; comes out absolute.</summary>
    public string FullPath(string name, string? defaultValue = null)
    {
        var text = defaultValue is null ? RequiredText(name) : Text(name) ?? defaultValue;
        if (text.Contains('\0'))
        {
            _faults.Add($"{name} is not a path");
            text = "";
        }
        return Path.GetFullPath(text, baseDirectory);
    }

    /// <summary>Every setting, for a backend whose settings have no fixed names.</summary>
    public IReadOnlyDictionary<string, string> TakeAll()
    {
        _known.AddRange(values.Keys);
        return values;
    }

    /// <summary>Reports everything that is wrong; call it after the last setting was taken.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/>.</exception>
    public void ThrowOnFaults()
    {
        foreach (var name in values.Keys)
            if (!_known.Contains(name)) _faults.Add($"{name} is not a setting here{(_known.Count == 0 ? "" : $" ({string.Join(", ", _known)})")}");
        if (_faults.Count > 0)
            throw new SecretException(SecretErrorKind.InvalidInput, $"has faults in its settings: {string.Join("; ", _faults)}", store);
    }
}
