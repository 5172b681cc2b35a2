using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strongroom.Fakes.Contracts;

/// <summary>One parameter of an operation.</summary>
internal sealed record ApiParameter(string Name, string In, bool Required, JsonNode? Schema, bool IsRepeated);

/// <summary>One operation of an HTTP API, whatever the dialect of its description.</summary>
/// <param name="Id">The name for messages.</param>
/// <param name="Method">The HTTP method, upper case.</param>
/// <param name="Template">The path with names in braces.</param>
/// <param name="Parameters">In path, query and headers.</param>
/// <param name="Bodies">Schema of the request by media type; empty when the operation takes none.</param>
/// <param name="NeedsBody">Whether a request without a body is a fault.</param>
/// <param name="Answers">Schema of the answer by status or <c>default</c>; null means no body.</param>
/// <param name="NeedsAuthorization">Whether success without <c>Authorization</c> is a fault.</param>
internal sealed record ApiOperation(
    string Id, string Method, string Template, IReadOnlyList<ApiParameter> Parameters, IReadOnlyDictionary<string, JsonNode?> Bodies,
    bool NeedsBody, IReadOnlyDictionary<string, JsonNode?> Answers, bool NeedsAuthorization)
{
    private readonly int _literals = Template.Length - Regex.Matches(Template, @"\{[^}]*\}").Sum(m => m.Length);
    private Regex? _pattern;

    /// <summary>How much of the path is said word by word: of two operations that fit, the one that says more is meant.</summary>
    public int Literals => _literals;

    /// <summary>The values in the path, decoded; null when the path is not of this operation.</summary>
    public Dictionary<string, string>? Match(string path, OpenApiOptions options)
    {
        _pattern ??= Pattern(options);
        var match = _pattern.Match(path);
        return match.Success
            ? Names().Select((name, i) => (name, match.Groups[i + 1].Value)).ToDictionary(p => p.name, p => Uri.UnescapeDataString(p.Value))
            : null;
    }

    private IEnumerable<string> Names() => Regex.Matches(Template, @"\{\+?([^}]*)\}").Select(m => m.Groups[1].Value);

    private Regex Pattern(OpenApiOptions options)
    {
        var text = new StringBuilder("^");
        var at = 0;
        foreach (Match name in Regex.Matches(Template, @"\{\+?([^}]*)\}"))
        {
            text.Append(Regex.Escape(Template[at..name.Index]));
            at = name.Index + name.Length;
            if (options.PathValues.TryGetValue(name.Groups[1].Value, out var values)) text.Append($"({string.Join('|', values.Select(Regex.Escape))})");
            else text.Append(options.MultiSegment.Contains(name.Groups[1].Value) ? "(.+?)" : "([^/]+?)");
        }
        return new Regex(text.Append(Regex.Escape(Template[at..])).Append('$').ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }
}
