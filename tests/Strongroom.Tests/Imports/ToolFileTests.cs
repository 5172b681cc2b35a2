using System.Text;
using Shouldly;
using Strongroom.Formats;
using Xunit;

namespace Strongroom.Tests.Imports;

/// <summary>Files of other tools whose secrets lie in clouds; the transcript import-tools has the rest.</summary>
public sealed class ToolFileTests
{
    [Fact]
    public void Fnox_names_clouds_with_prefixes_and_fields()
    {
        using var import = Read(ImportFormat.Fnox, """
            default_provider = "aws"
            [providers]
            aws = { type = "aws-sm", region = "us-east-1", prefix = "myapp/" }
            gcp = { type = "gcp-sm", project = "p" }
            azure = { type = "azure-sm", vault_url = "https://my-vault.vault.azure.net/" }
            [secrets]
            A = { value = "db", json_path = "password" }
            B = { provider = "gcp", value = "B-1" }
            C = { provider = "azure", value = "c" }
            D = { provider = "keychain", value = "d" }
            E = { provider = "aws", value = "e", default = "x" }
            """);

        Show(import).ShouldBe(["A aws region=us-east-1 myapp/db#password", "B gcp project=p B-1", "C azure vault=my-vault c", "E aws region=us-east-1 myapp/e"]);
        import.Leftovers.Select(l => l.Message).ShouldBe(
            ["D is in keychain, and there is no such store here", "E: its default is not taken over, for its value is elsewhere"]);
    }

    [Fact]
    public void Teller_names_clouds_and_files()
    {
        using var import = Read(ImportFormat.Teller, """
            providers:
              aws_secretsmanager:
                env:
                  MG_KEY: {path: prod/mg, field: key}
              google_secretmanager:
                env:
                  G1: {path: projects/p1/secrets/G/versions/3}
                  G2: {path: projects/p1/secrets/G/versions/latest}
              files:
                kind: dotenv
                maps:
                  - id: one
                    path: old.env
                    keys: {X: ==, Y: Z}
              home:
                kind: dotenv
                env:
                  H: {path: ~/x.env}
            """);

        Show(import).ShouldBe(["MG_KEY aws prod/mg#key", "G1 gcp project=p1 G?version=3", "G2 gcp project=p1 G", "X dotenv path=old.env X", "Z dotenv path=old.env Y"]);
        import.Leftovers.ShouldHaveSingleItem().Message.ShouldStartWith("H is in dotenv");
    }

    [Theory]
    [InlineData(ImportFormat.Fnox, "[secrets]\n\"A-B\" = { default = \"x\" }")]
    [InlineData(ImportFormat.SecretSpec, "[profiles.default]\n\"A-B\" = { description = \"x\" }")]
    [InlineData(ImportFormat.Teller, "providers:\n  aws_secretsmanager:\n    env:\n      A-B: {path: x}\n")]
    public void Names_that_no_variable_has_are_faults(ImportFormat format, string text)
    {
        using var import = Read(format, text);

        import.Faults.ShouldHaveSingleItem().Message.ShouldBe("'A-B' is no name for a variable");
    }

    private static SecretImport Read(ImportFormat format, string text) => SecretImport.Read(Encoding.UTF8.GetBytes(text), format, "file");

    private static IEnumerable<string> Show(SecretImport import) =>
        import.Secrets.Select(s => string.Join(' ', [s.Name, s.Store!.Kind, .. s.Store.Settings.Select(p => $"{p.Key}={p.Value}"), s.Address.ToString()]));
}
