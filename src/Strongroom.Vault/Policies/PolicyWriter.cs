using System.Globalization;
using System.Text;

namespace Strongroom.Vault.Policies;

/// <summary>Writes rules as a policy in HCL that reads back as the same rules.</summary>
public static class PolicyWriter
{
    /// <summary>The text of a policy; <paramref name="comment"/> stands above it, one <c>#</c> a line.</summary>
    public static string Write(IEnumerable<PolicyRule> rules, string comment = "")
    {
        var text = new StringBuilder();
        foreach (var line in comment.AsSpan().EnumerateLines())
            if (!line.IsEmpty) text.Append("# ").Append(line).Append('\n');
        foreach (var rule in rules)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append("path ").Append(Quote(rule.Path)).Append(" {\n");
            text.Append("  capabilities = ").Append(List(CapabilityNames.InRule(rule.Capabilities))).Append('\n');
            WriteParameters(text, "allowed_parameters", rule.Parameters.Allowed);
            WriteParameters(text, "denied_parameters", rule.Parameters.Denied);
            if (rule.Parameters.Required.Count > 0) text.Append("  required_parameters = ").Append(List(rule.Parameters.Required)).Append('\n');
            WriteDuration(text, "min_wrapping_ttl", rule.WrapTtlMin);
            WriteDuration(text, "max_wrapping_ttl", rule.WrapTtlMax);
            text.Append("}\n");
        }
        return text.ToString();
    }

    private static void WriteParameters(StringBuilder text, string key, IReadOnlyDictionary<string, IReadOnlyList<ParameterValue>> parameters)
    {
        if (parameters.Count == 0) return;
        text.Append("  ").Append(key).Append(" = {\n");
        foreach (var (name, values) in parameters)
            text.Append("    ").Append(Quote(name)).Append(" = [").AppendJoin(", ", values.Select(Format)).Append("]\n");
        text.Append("  }\n");
    }

    private static void WriteDuration(StringBuilder text, string key, TimeSpan? duration)
    {
        if (duration is { } life) text.Append("  ").Append(key).Append(" = \"").Append(life.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture)).Append("s\"\n");
    }

    private static string Format(ParameterValue value) => value switch
    {
        { Text: { } text } => Quote(text),
        { Number: { } number } => number.ToString("R", CultureInfo.InvariantCulture),
        _ => value.Flag == true ? "true" : "false",
    };

    private static string List(IEnumerable<string> words) => "[" + string.Join(", ", words.Select(Quote)) + "]";

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c)) quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
