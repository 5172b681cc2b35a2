using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>
/// A value composed of others: <c>postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD|url}@${POSTGRES_HOST}/agentds</c>.
/// <c>${NAME}</c> is a secret of the manifest, <c>${store://path#field}</c> any other, <c>|url</c> percent-encodes it for an
/// address, and <c>$$</c> is a dollar sign.
/// </summary>
public sealed class ValueTemplate
{
    /// <summary>The longest template, in characters.</summary>
    public const int LengthMax = 8192;

    private readonly List<TemplatePart> _parts;

    private ValueTemplate(List<TemplatePart> parts) => _parts = parts;

    /// <summary>The pieces in order.</summary>
    public IReadOnlyList<TemplatePart> Parts => _parts;

    /// <summary>Reads a template.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/>, saying what is wrong and at which character.</exception>
    public static ValueTemplate Parse(string text) =>
        TryParse(text, out var template, out var problem) ? template : throw new SecretException(SecretErrorKind.InvalidInput, problem, operation: "template");

    internal static bool TryParse(string text, out ValueTemplate template, out string problem)
    {
        var parts = new List<TemplatePart>();
        template = new ValueTemplate(parts);
        problem = "";
        if (text.Length > LengthMax)
        {
            problem = $"is longer than {LengthMax} characters";
            return false;
        }
        var literal = "";
        for (var at = 0; at < text.Length;)
        {
            var dollar = text.IndexOf('$', at);
            if (dollar < 0 || dollar == text.Length - 1)
            {
                literal += text[at..];
                break;
            }
            literal += text[at..dollar];
            if (text[dollar + 1] != '{')
            {
                literal += '$';
                at = dollar + (text[dollar + 1] == '$' ? 2 : 1);
                continue;
            }
            var close = text.IndexOf('}', dollar);
            if (close < 0)
            {
                problem = $"has a ${{ without }} at character {dollar + 1}; write $${{ for the characters themselves";
                return false;
            }
            if (!TryParsePart(text[(dollar + 2)..close], out var part, out problem))
            {
                problem = $"at character {dollar + 1} {problem}";
                return false;
            }
            if (literal.Length > 0) parts.Add(new TemplatePart { Literal = literal });
            literal = "";
            parts.Add(part);
            at = close + 1;
        }
        if (literal.Length > 0) parts.Add(new TemplatePart { Literal = literal });
        return true;
    }

    /// <summary>
    /// The value, with every piece that is no literal replaced by what <paramref name="find"/> gives for it. The values found
    /// stay with their owner; the caller disposes the result.
    /// </summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when the result exceeds <see cref="SecretValue.LengthMax"/>.</exception>
    public SecretValue Expand(Func<TemplatePart, SecretValue> find)
    {
        using var value = new SecretBuffer();
        foreach (var part in _parts)
        {
            part.WriteTo(value, find);
            if (value.Length > SecretValue.LengthMax)
                throw new SecretException(SecretErrorKind.InvalidInput, $"the composed value is larger than {SecretValue.LengthMax >> 20} MiB", operation: "template");
        }
        return value.ToValue();
    }

    private static bool TryParsePart(string text, out TemplatePart part, out string problem)
    {
        part = default!;
        problem = "";
        var bar = text.LastIndexOf('|');
        var isForUrl = bar >= 0 && text.AsSpan(bar + 1).SequenceEqual("url");
        if (bar >= 0 && !isForUrl)
        {
            problem = "has an unknown conversion; the only one is |url";
            return false;
        }
        var source = isForUrl ? text[..bar] : text;
        if (source.Contains("://", StringComparison.Ordinal))
        {
            if (!SecretReference.TryParse(source, out var reference, out problem)) return false;
            part = new TemplatePart { Reference = reference, IsForUrl = isForUrl };
            return true;
        }
        if (!SecretName.IsEnvironmentName(source))
        {
            problem = "has neither a name nor a reference between the braces; write $${ for the characters themselves";
            return false;
        }
        part = new TemplatePart { Name = source, IsForUrl = isForUrl };
        return true;
    }
}
