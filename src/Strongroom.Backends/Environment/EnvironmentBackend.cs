using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Environment;

/// <summary>
/// Environment variables, from a copy taken once. The path of an address is the name of the variable. A variable that is set to
/// nothing is a value, unless the settings say that it counts as missing.
/// </summary>
public sealed class EnvironmentBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "environment";

    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly bool _ignoresCase;
    private readonly bool _emptyIsMissing;

    /// <summary>Reads <paramref name="variables"/>, which must not change any more.</summary>
    /// <param name="variables">Names and values.</param>
    /// <param name="ignoresCase">Whether <c>Path</c> and <c>PATH</c> are the same name, as on Windows. The exact name is preferred.</param>
    /// <param name="emptyIsMissing">Whether a variable set to nothing counts as not set.</param>
    public EnvironmentBackend(IReadOnlyDictionary<string, string> variables, bool ignoresCase = false, bool emptyIsMissing = false)
    {
        _variables = variables;
        _ignoresCase = ignoresCase;
        _emptyIsMissing = emptyIsMissing;
    }

    /// <summary>Settings: <c>case</c> (exact, ignore), <c>empty</c> (value, missing).</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var ignoresCase = settings.Choice("case", OperatingSystem.IsWindows() ? "ignore" : "exact", "exact", "ignore") is "ignore";
        var emptyIsMissing = settings.Choice("empty", "value", "value", "missing") is "missing";
        settings.ThrowOnFaults();
        return new EnvironmentBackend(settings.Environment, ignoresCase, emptyIsMissing);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities => BackendCapabilities.Read | BackendCapabilities.List;

    /// <inheritdoc/>
    public override bool IsLocal => true;

    /// <inheritdoc/>
    public override bool IsFixed => true;

    /// <inheritdoc/>
    public override string? Instead(BackendCapabilities missing) => missing switch
    {
        BackendCapabilities.Write => "set the variable in the shell or service that starts the program, or write to another store",
        BackendCapabilities.Delete => "unset the variable in the shell or service that starts the program",
        _ => null,
    };

    /// <inheritdoc/>
    public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Find(address.Path) is { } text ? new(Stored(text)) : throw NotSet();
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var outcomes = new ReadOutcome[addresses.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var text = Find(addresses[i].Path);
            outcomes[i] = new ReadOutcome(addresses[i], text is null ? null : Stored(text), text is null ? NotSet() : null);
        }
        return new(outcomes);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var names = new List<string>();
        foreach (var (name, value) in _variables)
        {
            if (_emptyIsMissing && value.Length == 0) continue;
            if (name.Length > 0 && PathPrefix.Covers(prefix, name)) names.Add(name);
        }
        names.Sort(StringComparer.Ordinal);
        return new(names);
    }

    /// <inheritdoc/>
    public override ValueTask<string> ProbeAsync(CancellationToken cancellationToken) => new($"{_variables.Count} variables");

    private static StoredSecret Stored(string text) => new(SecretValue.FromText(text));

    private static SecretException NotSet() => new(SecretErrorKind.NotFound, "is not set");

    private string? Find(string name)
    {
        if (!_variables.TryGetValue(name, out var value) && _ignoresCase) value = FindIgnoringCase(name);
        return value is { Length: 0 } && _emptyIsMissing ? null : value;
    }

    private string? FindIgnoringCase(string name)
    {
        foreach (var (other, value) in _variables)
            if (string.Equals(other, name, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }
}
