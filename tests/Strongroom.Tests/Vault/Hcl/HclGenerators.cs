using System.Diagnostics;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strongroom.Vault.Hcl;

namespace Strongroom.Tests.Vault.Hcl;

internal static class HclGenerators
{
    private static readonly string[] Seeds =
    [
        """path "secret/data/*" { capabilities = ["read", "list"] }""",
        "policy \"app\" {\n  rules = <<EOT\npath \"a\" { capabilities = [\"read\"] }\nEOT\n}",
        "policy \"app\" {\n  rules = <<-EOT\n    path \"a\" { policy = \"write\" }\n    EOT\n}",
        """{"path": {"secret/*": {"capabilities": ["read"], "allowed_parameters": {"a": ["b*", 1, true]}}}}""",
        """path "a/+/{{identity.entity.id}}/*" { capabilities = ["create"] required_parameters = ["x"] min_wrapping_ttl = "1s" max_wrapping_ttl = 90 }""",
        "listener \"tcp\" {\n  address = \"0.0.0.0:8200\" # c\n  tls_disable = 1 /* d */\n}\nui = true\n",
        "a = \"\\u00e9\\n\\x41\"\nb = -1.5e3\nc = 0xff\nd = [1, [2], {e = 3}]\n",
    ];

    private static readonly string[] Pieces =
        ["\"", "\\", "{", "}", "[", "]", "=", ",", "<<EOT\n", "<<-A\n", "EOT", "\n", "/*", "*/", "#", "path", "\"a\"", "{{", "}}", "+*", "\u0000", "\ud800", "é", "-", "0x", "9e999", ":", "null", "\r\n"];

    public static Arbitrary<HclBody> Bodies { get; } = Gen.Sized(size => Body(Math.Min(size / 10, 4))).ToArbitrary();

    /// <summary>Texts that are nearly right, and texts that are not at all, until the time is over.</summary>
    public static IEnumerable<string> Mangled(int seconds)
    {
        var random = new Random(20261122);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            var text = new StringBuilder(Seeds[random.Next(Seeds.Length)]);
            for (var edits = random.Next(6); edits > 0 && text.Length > 0; edits--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)); break;
                    case 1: text.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                    case 2: text[at] = (char)random.Next(random.Next(2) == 0 ? 128 : 65536); break;
                    default: text.Insert(at, Seeds[random.Next(Seeds.Length)].AsSpan(0, random.Next(20))); break;
                }
            }
            yield return text.ToString();
        }
    }

    public static string Print(HclValue value)
    {
        switch (value)
        {
            case HclText text: return Quote(text.Text);
            case HclNumber number: return number.Number.ToString("R", CultureInfo.InvariantCulture);
            case HclFlag flag: return flag.Flag ? "true" : "false";
            case HclList list: return "[" + string.Join(',', list.Items.Select(Print)) + "]";
            default:
                var items = ((HclBody)value).Items.Select(item => item.IsBlock
                    ? string.Concat([item.Key.Text, .. item.Labels.Select(l => " " + Quote(l.Text)), " ", Braced(item.Value)])
                    : $"{Quote(item.Key.Text)} = {Braced(item.Value)}");
                return string.Join(' ', items);
        }
    }

    private static string Braced(HclValue value) => value is HclBody ? "{" + Print(value) + "}" : value is HclList list
        ? "[" + string.Join(',', list.Items.Select(Braced)) + "]"
        : Print(value);

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted.Append(c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString());
        return quoted.Append('"').ToString();
    }

    private static Gen<HclBody> Body(int depth) =>
        from items in Item(depth).ListOf()
        select new HclBody(1, 1, [.. items.Take(6)]);

    private static Gen<HclItem> Item(int depth)
    {
        var attribute = from key in Text() from value in Value(depth) select new HclItem(new(1, 1, key), [], value, false);
        if (depth == 0) return attribute;
        var block =
            from key in Gen.Elements("path", "listener", "a-b", "_c.d")
            from labels in Text().ListOf()
            from body in Body(depth - 1)
            select new HclItem(new(1, 1, key), [.. labels.Take(2).Select(l => new HclWord(1, 1, l))], body, true);
        return Gen.OneOf(attribute, block);
    }

    private static Gen<HclValue> Value(int depth)
    {
        var simple = Gen.OneOf(
            Text().Select(t => (HclValue)new HclText(1, 1, t)),
            Gen.Choose(-1_000_000, 1_000_000).Select(n => (HclValue)new HclNumber(1, 1, n / 8.0, "")),
            Gen.Elements(true, false).Select(f => (HclValue)new HclFlag(1, 1, f)));
        return depth == 0 ? simple : Gen.OneOf(
            simple,
            Value(depth - 1).ListOf().Select(l => (HclValue)new HclList(1, 1, [.. l.Take(4)])),
            Body(depth - 1).Select(b => (HclValue)b));
    }

    private static Gen<string> Text() => ArbMap.Default.GeneratorFor<string?>().Select(t => string.Concat((t ?? "").EnumerateRunes().Where(r => r.Value != 0xFFFD)));
}
