using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Vault.Passwords;

/// <summary>
/// How a password is made: length, which characters, and how many of each kind at least. Every password that fits the policy
/// is equally likely up to the minimums: the required characters are drawn first, the rest from all, and then the order is shuffled.
/// </summary>
public sealed record PasswordPolicy
{
    /// <summary>Shortest password.</summary>
    public const int LengthMin = 4;

    /// <summary>Longest password.</summary>
    public const int LengthMax = 4096;

    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digit = "0123456789";

    /// <summary>Number of characters.</summary>
    public int Length { get; init; } = 32;

    /// <summary>At least so many lower-case letters; null uses none.</summary>
    public int? LowerMin { get; init; } = 1;

    /// <summary>At least so many upper-case letters; null uses none.</summary>
    public int? UpperMin { get; init; } = 1;

    /// <summary>At least so many digits; null uses none.</summary>
    public int? DigitMin { get; init; } = 1;

    /// <summary>At least so many symbols; null uses none.</summary>
    public int? SymbolMin { get; init; }

    /// <summary>The characters that count as symbols. The default ones need no escape in shells, URLs and connection strings.</summary>
    public string Symbols { get; init; } = "-_.~";

    /// <summary>Characters never to use, such as <c>0O1lI</c>.</summary>
    public string Excluded { get; init; } = "";

    /// <summary>Makes a password. Throws InvalidInput with every fault of the policy.</summary>
    public SecretValue Generate(RandomNumberGenerator random)
    {
        var classes = Classes();
        RequireValid(classes);
        var all = string.Concat(classes.ConvertAll(c => c.Characters));
        Span<char> password = Length <= 256 ? stackalloc char[Length] : new char[Length];
        var at = 0;
        foreach (var (characters, least) in classes)
        {
            for (var i = 0; i < least; i++) password[at++] = characters[UniformNumber.Below(random, characters.Length)];
        }
        while (at < Length) password[at++] = all[UniformNumber.Below(random, all.Length)];
        for (var i = Length - 1; i > 0; i--)
        {
            var j = UniformNumber.Below(random, i + 1);
            (password[i], password[j]) = (password[j], password[i]);
        }
        var value = SecretValue.FromText(password);
        password.Clear();
        return value;
    }

    private List<(string Characters, int Least)> Classes()
    {
        var classes = new List<(string, int)>();
        if (LowerMin is { } lower) classes.Add((Without(Lower), lower));
        if (UpperMin is { } upper) classes.Add((Without(Upper), upper));
        if (DigitMin is { } digit) classes.Add((Without(Digit), digit));
        if (SymbolMin is { } symbol) classes.Add((Without(Symbols), symbol));
        return classes;
    }

    private string Without(string characters)
    {
        var kept = "";
        foreach (var character in characters)
        {
            if (!Excluded.Contains(character) && !kept.Contains(character)) kept += character;
        }
        return kept;
    }

    private void RequireValid(List<(string Characters, int Least)> classes)
    {
        var faults = new List<string>();
        var least = 0L;
        if (Length is < LengthMin or > LengthMax) faults.Add($"the length must be {LengthMin} to {LengthMax}");
        if (classes.Count == 0) faults.Add("no characters are allowed");
        foreach (var entry in classes)
        {
            if (entry.Least < 0) faults.Add("a minimum is negative");
            if (entry.Characters.Length == 0) faults.Add("a kind of characters is excluded as a whole");
            least += Math.Max(entry.Least, 0);
        }
        foreach (var character in Symbols)
        {
            if (char.IsControl(character) || char.IsSurrogate(character)) faults.Add("the symbols hold a character that is no symbol");
        }
        if (least > Length) faults.Add($"the minimums need {least} characters and the length is {Length}");
        if (faults.Count > 0) throw new SecretException(SecretErrorKind.InvalidInput, string.Join("; ", faults), operation: "generate");
    }
}
