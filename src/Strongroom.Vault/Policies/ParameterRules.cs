using System.Collections.ObjectModel;

namespace Strongroom.Vault.Policies;

/// <summary>What a rule says of the parameters of a request. Names are in lower case and compare without regard to case.</summary>
public sealed class ParameterRules
{
    /// <summary>Rules that ask for nothing.</summary>
    public static ParameterRules None { get; } = new();

    /// <summary>Parameters that may stand in a request, each with its values; no values: any. Empty: all parameters may.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> Allowed { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<ParameterValue>>.Empty;

    /// <summary>Parameters that must not stand in a request, each with the values that must not; no values: none may.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> Denied { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<ParameterValue>>.Empty;

    /// <summary>Parameters that must stand in a request.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>True when nothing is asked.</summary>
    public bool IsEmpty => Allowed.Count == 0 && Denied.Count == 0 && Required.Count == 0;

    /// <summary>What two rules for one pattern ask together, merged as Vault does: values of one parameter add up, and no values win.</summary>
    internal static ParameterRules Merge(ParameterRules a, ParameterRules b)
    {
        if (a.IsEmpty) return b;
        if (b.IsEmpty) return a;
        var required = new List<string>(a.Required);
        foreach (var name in b.Required)
            if (!required.Contains(name)) required.Add(name);
        return new ParameterRules { Allowed = Merge(a.Allowed, b.Allowed), Denied = Merge(a.Denied, b.Denied), Required = required };
    }

    private static Dictionary<string, IReadOnlyList<ParameterValue>> Merge(
        IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> a, IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> b)
    {
        var merged = new Dictionary<string, IReadOnlyList<ParameterValue>>(a);
        foreach (var (name, values) in b)
        {
            if (!merged.TryGetValue(name, out var others)) merged[name] = values;
            else merged[name] = values.Count == 0 || others.Count == 0 ? [] : [.. others, .. values];
        }
        return merged;
    }
}
