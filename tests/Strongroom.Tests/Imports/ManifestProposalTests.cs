using Shouldly;
using Strongroom.Imports;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Imports;

public sealed class ManifestProposalTests
{
    private const string Text = """
        version: 1
        application: x
        environment: development
        environments:
          development:
        stores:
          vault: embedded   # ours
          team: {kind: vault, address: "https://v.example"}
        secrets:
          PLAIN:
          OTHER:
            description: It has one.
          PLACED:
            path: a/b
          SAME:
            ref: team://a#b

        """;

    private static readonly StorePlace Team = StorePlace.Of("vault", "hashicorp-vault", ("address", "https://v.example"));
    private static readonly StorePlace New = StorePlace.Of("vault", "team", ("mount", "kv"));

    [Fact]
    public void Store_of_the_project_is_used_and_a_new_one_gets_a_name_of_its_own_outside_the_chain()
    {
        var made = Make(Secret("A", Team, new("p", "f")), Secret("B", New, new("q")));

        made.Text.ShouldContain("  A:\n    ref: \"team://p#f\"\n  B:\n    ref: \"team-2://q\"\n");
        made.Text.ShouldContain("  team-2:\n    kind: vault\n    mount: kv\nchain: [vault, team]\n");
        made.Added.Select(a => a.Text).ShouldBe(["  team-2:", "    kind: vault", "    mount: kv", "chain: [vault, team]", "  A:", "    ref: \"team://p#f\"", "  B:", "    ref: \"team-2://q\""]);
        made.Text.ShouldContain("  vault: embedded   # ours");
    }

    [Fact]
    public void Entries_without_a_place_get_the_reference_and_others_are_kept()
    {
        var made = Make(Secret("PLAIN", Team, new("p")), Secret("OTHER", Team, new("o")), Secret("PLACED", Team, new("x")), Secret("SAME", Team, new("a", "b")));

        made.Text.ShouldContain("  PLAIN:\n    ref: \"team://p\"\n  OTHER:\n    ref: \"team://o\"\n    description: It has one.\n  PLACED:\n    path: a/b\n");
        made.Declared.ShouldBe(["PLAIN", "OTHER"]);
        made.Kept.ShouldBe(["PLACED"]);
    }

    [Fact]
    public void What_is_said_already_changes_nothing()
    {
        var made = Make(Secret("SAME", Team, new("a", "b")), new ImportedSecret("PLAIN") { Description = "d" });

        (made.Text, made.Added.Count, made.Kept.Count).ShouldBe((Text, 0, 0));
    }

    [Fact]
    public void Description_requirement_and_default_are_written_as_yaml_means_them()
    {
        var made = Make(new ImportedSecret("N") { Description = "a: \"b\" # c", IsRequired = false, Default = "true" });

        var read = ManifestReader.Read(made.Text).Manifest!.FindSecret("N")!;
        (read.Description, read.IsRequired, read.Default).ShouldBe(("a: \"b\" # c", false, "true"));
    }

    private static ImportedSecret Secret(string name, StorePlace store, SecretAddress address) => new(name) { Store = store, Address = address };

    private static ManifestProposal Make(params ImportedSecret[] secrets)
    {
        var reading = ManifestReader.Read(Text);
        reading.Faults.ShouldBeEmpty();
        return ManifestProposal.Make(reading.Manifest!, Text, secrets);
    }
}
