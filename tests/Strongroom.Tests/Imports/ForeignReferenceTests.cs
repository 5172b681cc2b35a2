using System.Text;
using Shouldly;
using Strongroom.Imports;
using Strongroom.Manifest;
using Xunit;

namespace Strongroom.Tests.Imports;

public sealed class ForeignReferenceTests
{
    [Theory]
    [InlineData("ref+vault://secret/data/a/b#/c", "vault {} a/b#c")]
    [InlineData("ref+vault://secret/a/b#/c", "vault {} a/b#c")]
    [InlineData("ref+vault://kv/a#/c?proto=http&host=localhost:8200", "vault {address=http://localhost:8200 mount=kv} a#c")]
    [InlineData("ref+vault://kv/a?address=https%3A%2F%2Fv.example&namespace=team&version=3#/c", "vault {address=https://v.example namespace=team mount=kv} a#c?version=3")]
    [InlineData("ref+openbao://kv/data/a#/c+", "vault {mount=kv} a#c")]
    [InlineData("ref+awssecrets://prod/db?region=eu-west-1#/password", "aws {region=eu-west-1} prod/db#password")]
    [InlineData("ref+awssecrets://prod/db?version_stage=AWSPREVIOUS", "aws {} prod/db?version=AWSPREVIOUS")]
    [InlineData("ref+gcpsecrets://proj/NAME?version=latest", "gcp {project=proj} NAME")]
    [InlineData("ref+gcpsecrets://proj/NAME?version=7#/a", "gcp {project=proj} NAME#a?version=7")]
    [InlineData("ref+azurekeyvault://my-vault/secret-a", "azure {vault=my-vault} secret-a")]
    [InlineData("ref+azurekeyvault://v.vault.usgovcloudapi.net/s/ba4f196b15f644cd9e949896a21bab0d", "azure {vault=https://v.vault.usgovcloudapi.net} s?version=ba4f196b15f644cd9e949896a21bab0d")]
    [InlineData("ref+hcpvaultsecrets://app/NAME?organization_id=o&project_id=p", "hcp {organization=o project=p app=app} NAME")]
    [InlineData("ref+k8s://v1/Secret/web/api/key", "kubernetes {namespace=web} api#key")]
    [InlineData("ref+envsubst://${HOME}", "environment {} HOME")]
    public void Reference_is_read_as_store_and_address(string text, string expected)
    {
        ForeignReference.Looks(Encoding.UTF8.GetBytes(text)).ShouldBeTrue();

        var (store, address) = ForeignReference.Read(text, out _).ShouldNotBeNull();

        $"{store.Kind} {{{string.Join(' ', store.Settings.Select(s => $"{s.Key}={s.Value}"))}}} {address}".ShouldBe(expected);
    }

    [Theory]
    [InlineData("op://vault/item/field", "1Password")]
    [InlineData("encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt+Z9HPMfLEIRVz50hmLXPXRuDBXaJi/LwWYEVUNiq0HISrslzQPaoyS8Lotg3gFWJTsNCdOWnqpjF2xNUX2RQiP05kAbEXM6MWVjDr", "dotenvx")]
    [InlineData("ref+sops://f.yaml#/a", "sops")]
    [InlineData("ref+awsssm://x", "awsssm")]
    [InlineData("ref+vault://secret/a#/b/c", "deeper")]
    [InlineData("x ref+vault://secret/a#/b", "inside a longer text")]
    [InlineData("ref+vault://secret/a#/b+ref+vault://secret/a#/c", "several")]
    [InlineData("ref+vault://secret", "form that is not known")]
    [InlineData("ref+k8s://v1/ConfigMap/web/api/key", "form that is not known")]
    public void Reference_without_counterpart_says_why(string text, string reason)
    {
        ForeignReference.Looks(Encoding.UTF8.GetBytes(text)).ShouldBeTrue();

        ForeignReference.Read(text, out var problem).ShouldBeNull();

        problem.ShouldContain(reason);
    }

    [Theory]
    [InlineData("href+vault")]
    [InlineData("ref+://x")]
    [InlineData("ref+Vault://x")]
    [InlineData("sop://x")]
    [InlineData("encrypted:no")]
    [InlineData("")]
    public void Other_values_are_no_references(string text) => ForeignReference.Looks(Encoding.UTF8.GetBytes(text)).ShouldBeFalse();

    [Fact]
    public void Manifest_with_such_a_reference_says_what_to_write()
    {
        var faults = ManifestReader.Read("version: 1\nenvironments: {development: }\nstores: {vault: embedded}\nsecrets:\n  A: {ref: 'ref+vault://kv/data/a#/b'}\n").Faults;

        faults.ShouldContain(f => f.Suggestion != null && f.Suggestion.Contains("write hashicorp-vault://a#b"));
    }
}
