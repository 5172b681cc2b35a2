using Strongroom.Formats;
using Strongroom.Vault.Hcl;

namespace Strongroom.Vault.Policies;

/// <summary>Reads what a rule says of parameters.</summary>
internal sealed class ParameterReader(string file, TextFaults faults)
{
    public ParameterRules Read(HclItem? allowed, HclItem? denied, HclItem? required)
    {
        if (allowed is null && denied is null && required is null) return ParameterRules.None;
        return new ParameterRules { Allowed = ReadValues(allowed), Denied = ReadValues(denied), Required = ReadNames(required) };
    }

    private Dictionary<string, IReadOnlyList<ParameterValue>> ReadValues(HclItem? item)
    {
        var rules = new Dictionary<string, IReadOnlyList<ParameterValue>>();
        if (item is null) return rules;
        if (item.Value is not HclBody body || item.Labels.Count > 0)
        {
            Add(item.Value, $"{item.Key.Text}: expected parameters, found {item.Value.Shape}", "write { \"name\" = [\"value\"] }");
            return rules;
        }
        foreach (var parameter in body.Items)
        {
            var values = new List<ParameterValue>();
            foreach (var value in parameter.Value is HclList list ? list.Items : [parameter.Value])
            {
                switch (value)
                {
                    case HclText text: values.Add(ParameterValue.Of(text.Text)); break;
                    case HclNumber number: values.Add(ParameterValue.Of(number.Number)); break;
                    case HclFlag flag: values.Add(ParameterValue.Of(flag.Flag)); break;
                    default: Add(value, $"{item.Key.Text}: expected a text, a number, true or false, found {value.Shape}"); break;
                }
            }
            if (parameter.Key.Text == "*" && values.Count > 0) Add(parameter.Value, $"{item.Key.Text}: \"*\" takes no values", "write \"*\" = []");
            if (!rules.TryAdd(parameter.Key.Text.ToLowerInvariant(), values))
                faults.Add(new TextPlace(file, parameter.Key.Line, parameter.Key.Column), $"{item.Key.Text}: a parameter stands twice", "keep one of them");
        }
        return rules;
    }

    private List<string> ReadNames(HclItem? item)
    {
        var names = new List<string>();
        if (item is null) return names;
        foreach (var value in item.Value is HclList list ? list.Items : [item.Value])
        {
            if (value is HclText text) names.Add(text.Text.ToLowerInvariant());
            else Add(value, $"{item.Key.Text}: expected a list of texts, found {value.Shape}");
        }
        return names;
    }

    private void Add(HclValue at, string message, string? suggestion = null) => faults.Add(new TextPlace(file, at.Line, at.Column), message, suggestion);
}
