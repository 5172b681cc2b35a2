using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Hcl;

namespace Strongroom.Vault.Passwords;

/// <summary>
/// A password policy as Vault writes it (https://developer.hashicorp.com/vault/docs/concepts/password-policies): a length, and rules
/// that name characters and how many of them at least. In HCL or JSON.
/// </summary>
public sealed class CharsetPolicy
{
    private const int RulesMax = 32;
    private const int CharsetLengthMax = 1024;

    private readonly int _length;
    private readonly List<(Rune[] Characters, int Least)> _rules;
    private readonly Rune[] _all;

    private CharsetPolicy(int length, List<(Rune[] Characters, int Least)> rules)
    {
        (_length, _rules) = (length, rules);
        var all = new List<Rune>();
        foreach (var (characters, _) in rules)
        {
            foreach (var character in characters)
            {
                if (!all.Contains(character)) all.Add(character);
            }
        }
        _all = [.. all];
    }

    /// <summary>Reads a policy. Throws InvalidInput that says what is wrong and where.</summary>
    public static CharsetPolicy Parse(string text)
    {
        var body = HclDocument.Parse(text);
        var length = 0;
        var rules = new List<(Rune[], int)>();
        foreach (var item in body.Items)
        {
            if (item.Key.Text is "length") length = Count(item.Value, "length");
            else if (item.Key.Text is "rule") ReadRule(item, rules);
            else throw Invalid($"line {item.Key.Line}: \"{item.Key.Text}\" is neither length nor rule");
        }
        if (length is < PasswordPolicy.LengthMin or > PasswordPolicy.LengthMax) throw Invalid($"length must be {PasswordPolicy.LengthMin} to {PasswordPolicy.LengthMax}");
        if (rules.Count is 0 or > RulesMax) throw Invalid($"a policy has 1 to {RulesMax} rules");
        var least = 0L;
        foreach (var (_, min) in rules) least += min;
        if (least > length) throw Invalid($"the rules ask for {least} characters and the length is {length}");
        return new CharsetPolicy(length, rules);
    }

    /// <summary>Makes a password: what the rules ask for first, the rest of all their characters, then shuffled.</summary>
    public SecretValue Generate(RandomNumberGenerator random)
    {
        var password = new Rune[_length];
        var at = 0;
        foreach (var (characters, least) in _rules)
        {
            for (var i = 0; i < least; i++) password[at++] = characters[UniformNumber.Below(random, characters.Length)];
        }
        while (at < _length) password[at++] = _all[UniformNumber.Below(random, _all.Length)];
        for (var i = _length - 1; i > 0; i--)
        {
            var j = UniformNumber.Below(random, i + 1);
            (password[i], password[j]) = (password[j], password[i]);
        }
        using var buffer = new SecretBuffer(_length * 4);
        foreach (var character in password) buffer.Advance(character.EncodeToUtf8(buffer.GetSpan(4)));
        Array.Clear(password);
        return buffer.ToValue();
    }

    private static void ReadRule(HclItem item, List<(Rune[], int)> rules)
    {
        var blocks = new List<HclBlock>();
        if (!HclBody.TryReadLabelled(item, blocks, out _)) throw Invalid($"line {item.Key.Line}: a rule is a block such as rule \"charset\" {{ … }}");
        foreach (var block in blocks)
        {
            if (block.Label.Text is not "charset") throw Invalid($"line {block.Label.Line}: there is no rule \"{block.Label.Text}\"; there is: charset");
            rules.Add(ReadCharset(block.Body));
        }
    }

    private static (Rune[], int) ReadCharset(HclBody body)
    {
        var characters = new List<Rune>();
        var least = 0;
        foreach (var item in body.Items)
        {
            switch (item.Key.Text)
            {
                case "charset" when item.Value is HclText text && text.Text.Length <= CharsetLengthMax:
                    foreach (var rune in text.Text.EnumerateRunes())
                    {
                        if (Rune.IsControl(rune)) throw Invalid($"line {item.Key.Line}: charset holds a character that cannot be printed");
                        if (!characters.Contains(rune)) characters.Add(rune);
                    }
                    break;
                case "min-chars" or "min_chars":
                    least = Count(item.Value, "min-chars");
                    break;
                default:
                    throw Invalid($"line {item.Key.Line}: \"{item.Key.Text}\" is not charset with a text of up to {CharsetLengthMax} characters, or min-chars");
            }
        }
        return characters.Count > 0 ? ([.. characters], least) : throw Invalid($"line {body.Line}: a rule has no characters");
    }

    private static int Count(HclValue value, string name) =>
        value is HclNumber number && number.TryGetInteger(out var count) && count is >= 0 and <= PasswordPolicy.LengthMax
            ? (int)count
            : throw Invalid($"line {value.Line}: {name} is not a whole number from 0 to {PasswordPolicy.LengthMax}");

    private static SecretException Invalid(string reason) => new(SecretErrorKind.InvalidInput, reason);
}
