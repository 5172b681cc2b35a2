using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class PolicyFileTests
{
    private const string OneOfSeveral = """
        # vault-policies.hcl
        # Policy for application access
        policy "app-policy" {
          rules = <<EOT
        path "secret/data/*" {
          capabilities = ["read", "list"]
        }
        path "secret/data/database/*" {
          capabilities = ["read", "create", "update", "delete"]
        }
        path "secret/data/api-keys/*" {
          capabilities = ["read", "create", "update", "delete"]
        }
        path "secret/data/storage/*" {
          capabilities = ["read", "create", "update", "delete"]
        }
        EOT
        }
        """;

    [Fact]
    public void Read_of_a_file_with_a_named_policy_gives_it()
    {
        var reading = PolicyFile.Read(OneOfSeveral, "file");
        reading.Faults.ShouldBeEmpty();
        var policy = reading.Policies.ShouldHaveSingleItem();
        policy.Name.ShouldBe("app-policy");
        policy.Rules.Count.ShouldBe(4);
        policy.Rules[0].Line.ShouldBe(5);
        var acl = Acl.Compile([policy]);
        acl.Check("secret/data/database/postgres", Capability.Update).IsAllowed.ShouldBeTrue();
        acl.Check("secret/data/app", Capability.Update).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public void Read_takes_an_indented_mark()
    {
        var reading = PolicyFile.Read("""
            policy "dev-policy" {
              rules = <<EOT
              path "secret/data/development/*" {
                capabilities = ["read", "list"]
              }
              EOT
            }

            policy "prod-policy" {
              rules = <<EOT
              path "secret/data/production/*" {
                capabilities = ["read", "list"]
              }
              EOT
            }
            """, "file");
        reading.Policies.Select(p => p.Name).ShouldBe(["dev-policy", "prod-policy"]);
        reading.Policies[1].Rules[0].Path.ShouldBe("secret/data/production/*");
    }

    [Fact]
    public void Read_of_a_plain_file_gives_one_policy_with_the_name_asked_for() =>
        PolicyFile.Read("""path "a" { policy = "read" }""", "plain").Policies.ShouldHaveSingleItem().Name.ShouldBe("plain");

    [Fact]
    public void ReadOne_picks_the_policy_of_the_name()
    {
        PolicyFile.ReadOne(OneOfSeveral, "app-policy").Policy!.Rules.Count.ShouldBe(4);
        PolicyFile.ReadOne(OneOfSeveral, "other").Faults.ShouldHaveSingleItem().Suggestion.ShouldBe("it has app-policy");
    }

    [Fact]
    public void Faults_inside_rules_name_their_place_in_the_file()
    {
        var faults = PolicyFile.Read("""
            policy "a" {
              rules = <<-EOT
                path "x" {
                  capabilities = ["raed"]
                }
                EOT
            }
            policy "b" {
              rules = "path \"y\" { capabilites = [] }"
            }
            """, "file", "p.hcl").Faults;
        faults.Select(f => f.ToString()).ShouldBe([
            "p.hcl:4:23: unknown capability 'raed'; did you mean 'read'?",
            "p.hcl:9:6: this path says no capabilities; write capabilities = [\"read\"]",
            "p.hcl:9:12: unknown key in path 'capabilites'; did you mean 'capabilities'?",
        ]);
    }
}
