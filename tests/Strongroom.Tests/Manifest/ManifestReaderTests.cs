using Shouldly;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Manifest;

public sealed class ManifestReaderTests
{
    internal const string Full = """
        version: 1
        application: agentds
        environment: testing
        environments:
          development:
          testing:
            path: test
          production:
            chain: [shell, vault]
            protected: true
        stores:
          vault:
            kind: embedded
            path: data/vault.db
          shell: environment
          mounted:
            kind: files
            path: /run/secrets
            naming: kebab
          local:
            kind: dotenv
        chain: [vault, shell]
        secrets:
          OPENAI_API_KEY:
          LOG_LEVEL:
            required: false
            default: info
          POSTGRES_PASSWORD:
            description: Password of the database
            type: database
            path: database/postgres#password
            rotation: 30d
            probe: postgres
            owner: data team
            tags: [db, rotate]
          DATABASE_URL:
            value: postgres://app:${POSTGRES_PASSWORD|url}@db/agentds
          JWT_SIGNING_KEY:
            from: [shell, mounted, vault]
            path:
              mounted: jwt/signing
          SHARED_KEY:
            ref: [vault://shared/key#value?version=2, shell://SHARED]
        """;

    [Fact]
    public void Read_full_manifest_gives_every_part()
    {
        var manifest = Read(Full);
        manifest.Application.ShouldBe("agentds");
        manifest.DefaultEnvironment.ShouldBe("testing");
        manifest.Environments.Select(e => e.Path).ShouldBe(["development", "test", "production"]);
        manifest.FindEnvironment("production")!.IsProtected.ShouldBeTrue();
        manifest.FindEnvironment("production")!.Chain.ShouldBe(["shell", "vault"]);
        manifest.Stores.Select(s => s.Kind).ShouldBe(["embedded", "environment", "files", "dotenv"]);
        manifest.FindStore("vault")!.Settings["path"].ShouldBe("data/vault.db");
        manifest.FindStore("mounted")!.Naming.ShouldBe(SecretNaming.Kebab);
        manifest.Chain.ShouldBe(["vault", "shell"]);
        var password = manifest.FindSecret("POSTGRES_PASSWORD")!;
        password.Path.ShouldBe(new SecretAddress("database/postgres", "password"));
        password.Rotation.ShouldBe(TimeSpan.FromDays(30));
        password.Tags.ShouldBe(["db", "rotate"]);
        manifest.FindSecret("LOG_LEVEL")!.IsRequired.ShouldBeFalse();
        manifest.FindSecret("SHARED_KEY")!.References.Count.ShouldBe(2);
    }

    [Fact]
    public void Read_smallest_manifest_has_one_environment_and_no_stores()
    {
        var manifest = Read("version: 1");
        manifest.DefaultEnvironment.ShouldBe("development");
        manifest.Chain.ShouldBeEmpty();
    }

    [Fact]
    public void Read_without_chain_asks_the_stores_in_order() =>
        Read("version: 1\nstores: {b: environment, a: dotenv}").Chain.ShouldBe(["b", "a"]);

    [Fact]
    public void Read_reports_every_fault_at_once_with_its_place()
    {
        var reading = ManifestReader.Read("""
            version: 1
            storse: {}
            environment: prod
            environments:
              production:
                protected: yes
            stores:
              vault:
                kind: embeded
              shell:
                kind: environment
                path: x
              mounted:
                kind: files
            chain: [vualt, shell, shell]
            secrets:
              openai-api-key:
                requird: true
              TOKEN: abc
              A:
                rotation: 3 months
                ref: vault:/x
                tags: {a: b}
              B:
                path: a//b
                from: [nowhere]
            """);
        reading.Manifest.ShouldBeNull();
        reading.Faults.Select(f => f.ToString()).ShouldBe([
            "strongroom.yaml:2:1: unknown key in the manifest 'storse'; did you mean 'stores'?",
            "strongroom.yaml:3:14: unknown environment 'prod'; known: production",
            "strongroom.yaml:6:16: protected: expected true or false",
            "strongroom.yaml:9:11: unknown kind of store 'embeded'; did you mean 'embedded'?",
            "strongroom.yaml:12:5: unknown key in a store of kind environment 'path'; known: kind, naming, prefix, case, empty",
            "strongroom.yaml:14:5: mounted: no path; write path: the folder",
            "strongroom.yaml:15:9: unknown store 'vualt'; did you mean 'vault'?",
            "strongroom.yaml:15:23: chain: 'shell' stands in it twice",
            "strongroom.yaml:17:3: 'openai-api-key' is no name for a variable; write OPENAI_API_KEY",
            "strongroom.yaml:18:5: unknown key in a secret 'requird'; did you mean 'required'?",
            "strongroom.yaml:19:10: TOKEN: expected a mapping, found a value; values never stand in the manifest; write a description: under the name",
            "strongroom.yaml:21:15: rotation: expected a duration; write a number and a unit: 30s, 5m, 24h, 90d, 2w",
            "strongroom.yaml:22:10: ref: has no store; write store://path; write store://path#field",
            "strongroom.yaml:23:11: tags: expected a list, found a mapping",
            "strongroom.yaml:25:11: path: has an empty, '.' or '..' segment in its path; write path or path#field",
            "strongroom.yaml:26:12: unknown store 'nowhere'; known: vault, shell, mounted",
        ]);
    }

    [Theory]
    [InlineData("", "1:1: no version")]
    [InlineData("version: 2", "1:10: this program does not know")]
    [InlineData("- a", "1:1: expected a mapping, found a list")]
    [InlineData("version: 1\nversion: 1", "2:1: key 'version' stands on line 1 already")]
    [InlineData("version: 1\napplication: &a x", "2:14: anchors are not taken")]
    [InlineData("version: 1\napplication: *a", "2:14: aliases are not taken")]
    [InlineData("version: 1\napplication: !!str x", "2:14: tags are not taken")]
    [InlineData("version: 1\n---\nversion: 1", "a second document begins here")]
    [InlineData("version: 1\nstores:\n\tvault: environment\nchain: [", "3:1: not YAML: a tab in the indentation")]
    [InlineData("version: 1\napplication: a: b", "not YAML: ")]
    [InlineData("version: 1\napplication: 'open", "2:14: not YAML: found unexpected end of stream")]
    [InlineData("version: 1\n? [a]\n: b", "expected a key, found a list")]
    public void Read_bad_yaml_reports_the_place(string text, string expected) =>
        ManifestReader.Read(text).Faults.Select(f => f.ToString()).ShouldContain(f => f.Contains(expected));

    [Fact]
    public void Read_too_deep_is_refused() =>
        ManifestReader.Read("version: 1\nsecrets: " + new string('[', 5000)).Faults.ShouldHaveSingleItem().Message.ShouldBe("nested more than 16 deep");

    [Fact]
    public void Read_too_large_is_refused() =>
        ManifestReader.Read("# " + new string('x', 1 << 20)).Faults.ShouldHaveSingleItem().Message.ShouldStartWith("longer than");

    [Theory]
    [InlineData("sk-proj-4f9a8b7c6d5e4f3a2b1c")]
    [InlineData("postgres://app:hunter2@db/x")]
    [InlineData("Zk93bXQ2eHc4cTdOdFJhUzFv")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----")]
    public void Read_default_that_looks_secret_is_refused(string value)
    {
        var fault = ManifestReader.Read($"version: 1\nsecrets:\n  A:\n    default: '{value}'").Faults.ShouldHaveSingleItem();
        fault.Message.ShouldContain("looks like");
        fault.ToString().ShouldNotContain(value);
    }

    [Theory]
    [InlineData("info")]
    [InlineData("5432")]
    [InlineData("http://localhost:9000/bucket")]
    [InlineData("https://api.example.com/v1/models@latest")]
    [InlineData("a sentence with several words and 1 number")]
    [InlineData("simba-data-development-bucket")]
    [InlineData("''")]
    public void Read_plain_default_is_taken(string value) =>
        Read($"version: 1\nsecrets:\n  A:\n    default: {value}").FindSecret("A")!.Default.ShouldBe(value.Trim('\''));

    [Fact]
    public void Read_composed_values_in_a_circle_names_it() =>
        ManifestReader.Read("""
            version: 1
            secrets:
              A: { value: "x${B}" }
              B: { value: "${C}" }
              C: { value: "${A}" }
              D: { value: "${D}${NOBODY}" }
            """).Faults.Select(f => f.ToString()).ShouldBe([
            "strongroom.yaml:3:15: value: goes in a circle: A → B → C → A; one of them must come from a store",
            "strongroom.yaml:6:15: unknown secret in value: 'NOBODY'; known: A, B, C, D",
            "strongroom.yaml:6:15: value: goes in a circle: D → D; one of them must come from a store",
        ], ignoreOrder: true);

    [Fact]
    public void Read_with_local_file_merges_by_key()
    {
        var reading = ManifestReader.Read(Full, """
            environment: development
            chain: [local]
            environments:
              testing: ~
              production:
            stores:
              vault:
                path: mine.db
            secrets:
              LOG_LEVEL:
                default: debug
              EXTRA:
            """);
        reading.Faults.ShouldBeEmpty();
        var manifest = reading.Manifest!;
        manifest.DefaultEnvironment.ShouldBe("development");
        manifest.Chain.ShouldBe(["local"]);
        manifest.Environments.Select(e => e.Name).ShouldBe(["development", "production"]);
        manifest.FindEnvironment("production")!.IsProtected.ShouldBeTrue();
        manifest.FindStore("vault")!.Settings["path"].ShouldBe("mine.db");
        manifest.FindSecret("LOG_LEVEL")!.Default.ShouldBe("debug");
        manifest.FindSecret("LOG_LEVEL")!.IsRequired.ShouldBeFalse();
        manifest.FindSecret("EXTRA").ShouldNotBeNull();
    }

    [Fact]
    public void Read_with_local_file_names_the_file_of_the_fault() =>
        ManifestReader.Read("version: 1", "chian: []").Faults.ShouldHaveSingleItem().ToString()
            .ShouldBe("strongroom.local.yaml:1:1: unknown key in the manifest 'chian'; did you mean 'chain'?");

    private static ProjectManifest Read(string text)
    {
        var reading = ManifestReader.Read(text);
        reading.Faults.ShouldBeEmpty();
        return reading.Manifest!;
    }
}
