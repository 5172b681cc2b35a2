using System.CommandLine;
using System.Security.Cryptography;
using Strongroom.Cli.Framework;

namespace Strongroom.Cli.Commands;

/// <summary>Makes a random value and prints it; <c>set --generate</c> stores one unseen.</summary>
internal sealed class GenerateVerb : Verb
{
    private readonly Option<string> _policy = PasswordOptions.Policy();
    private readonly Option<int?> _length = PasswordOptions.Length();

    public GenerateVerb() : base(
        VerbGroup.Secrets, "generate", "Make a random value.",
        ("strongroom generate", "32 characters of every kind"),
        ("strongroom generate --policy hex --length 32", "a key of 32 bytes"),
        ("strongroom set SESSION_KEY --generate", "stored without being shown"))
    {
        Add(_policy);
        Add(_length);
    }

    protected override Task<int> RunAsync(Invocation invocation)
    {
        using var value = PasswordOptions.Generate(invocation, _policy, _length, RandomNumberGenerator.Create());
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json => json.WriteString("value", value.Reveal()));
            return Task.FromResult(ExitCode.Success);
        }
        invocation.Screen.Bytes(value.Reveal());
        invocation.Screen.Bytes("\n"u8);
        return Task.FromResult(ExitCode.Success);
    }
}
