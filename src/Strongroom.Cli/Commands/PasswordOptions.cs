using System.CommandLine;
using System.Security.Cryptography;
using Strongroom.Cli.Framework;
using Strongroom.Secrets;
using Strongroom.Vault.Passwords;

namespace Strongroom.Cli.Commands;

/// <summary>How generated values look; shared by <c>generate</c> and <c>set --generate</c>.</summary>
internal static class PasswordOptions
{
    public static Option<string> Policy()
    {
        var option = new Option<string>("--policy")
        {
            Description = "What it is made of: password (letters, digits, symbols), alphanumeric, hex, base64url, uuid.",
            HelpName = "policy",
        };
        return option.AcceptOnlyFromAmong("password", "alphanumeric", "hex", "base64url", "uuid");
    }

    public static Option<int?> Length() => new("--length", "-l") { Description = "How many characters, or for hex and base64url how many random bytes; 32 unless said otherwise.", HelpName = "n" };

    public static SecretValue Generate(Invocation invocation, Option<string> policy, Option<int?> length, RandomNumberGenerator random)
    {
        var count = invocation.Get(length);
        return (invocation.Get(policy) ?? "password") switch
        {
            "password" => new PasswordPolicy { Length = count ?? 32, SymbolMin = 1 }.Generate(random),
            "alphanumeric" => new PasswordPolicy { Length = count ?? 32 }.Generate(random),
            "hex" => GeneratedValue.Hex(random, count ?? 32),
            "base64url" => GeneratedValue.Base64(random, count ?? 32),
            _ => GeneratedValue.Uuid(random),
        };
    }
}
