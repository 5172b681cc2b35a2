using Shouldly;
using Strongroom.Fakes.Contracts;
using Xunit;

namespace Strongroom.Backends.Tests.Contracts;

public sealed class ErrataTests
{
    // Every point of errata.json, and where it is heeded. A new point fails the test until somebody has thought about it.
    private static readonly Dictionary<(string File, string Pointer), string> Heeded = new()
    {
        [("fly-machines.openapi.json", "/components/schemas/AppSecretsUpdateRequest/properties/values/additionalProperties")] = "Errata",
        [("fly-machines.openapi.json", "/paths/~1apps~1{app_name}~1secrets/get/parameters")] = "Errata",
        [("fly-machines.openapi.json", "/components/schemas/AppSecretsUpdateResp/properties/Version")] = "nothing to judge: both may stand there",
        [("fly-machines.openapi.json", "/paths")] = "OpenApiOptions.NeedsAuthorization",
        [("vault-1.15.openapi.json", "/paths/*/*/responses")] = "OpenApiOptions.Envelope",
        [("vault-1.15.openapi.json", "/paths/*{path}*")] = "OpenApiOptions.MultiSegment",
        [("vault-1.15.openapi.json", "/paths/~1{kv_v2_mount_path}~1data~1{path}")] = "Errata",
        [("vault-1.15.openapi.json", "/paths/~1{kv_v2_mount_path}~1metadata~1{path}~1/get")] = "Errata",
        [("vault-1.15.openapi.json", "/paths/~1{kv_v2_mount_path}~1data~1{path}/get/responses")] = "OpenApiOptions.ErrorSchema",
        [("vault-1.15.openapi.json", "/components/schemas")] = "nothing to judge: defaults are not looked at",
        [("kubernetes-core-v1-secrets.openapi.json", "/components/schemas")] = "nothing to judge: defaults are not looked at",
        [("kubernetes-core-v1-secrets.openapi.json", "/components/schemas/io.k8s.api.core.v1.Secret/properties/stringData")] = "Errata",
        [("pulumi-esc.openapi.yaml", "/paths/~1environments~1{orgName}~1{projectName}~1{envName}/patch")] = "the fake: headers that are not named are not judged",
        [("pulumi-esc.openapi.yaml", "/components/securitySchemes/Authorization")] = "the fake",
        [("pulumi-esc.openapi.yaml", "/paths/~1environments~1{orgName}~1{projectName}~1{envName}~1open~1~1{openSessionID}")] = "Errata",
        [("pulumi-esc.openapi.yaml", "/paths/~1environments~1{orgName}~1{projectName}~1{envName}/patch/requestBody")] = "the fake",
        [("hcp-vault-secrets-2023-11-28.swagger.json", "/schemes")] = "nothing to judge",
        [("hcp-vault-secrets-2023-11-28.swagger.json", "/paths/*/*/responses/default")] = "the fake",
        [("azure-keyvault-secrets-2026-04-01.swagger.json", "/paths/~1secrets~1{secret-name}~1{secret-version}")] = "Errata",
        [("aws-secretsmanager-2017-10-17.service.json", "/shapes/CreateSecretRequest/members/ClientRequestToken")] = "Errata",
    };

    [Fact]
    public void Errata_are_all_heeded() =>
        Specs.Read("errata.json")["entries"]!.AsArray().Select(e => ((string)e!["file"]!, (string)e["pointer"]!)).ShouldBeSubsetOf(Heeded.Keys);

    [Fact]
    public void Corrections_are_in_the_descriptions()
    {
        var aws = Specs.Read("aws-secretsmanager-2017-10-17.service.json");
        aws["shapes"]!["CreateSecretRequest"]!["required"]!.AsArray().Select(r => (string)r!).ShouldContain("ClientRequestToken");
        var vault = Specs.Read("vault-1.15.openapi.json");
        vault["paths"]!["/{kv_v2_mount_path}/data/{path}"]!["patch"].ShouldNotBeNull();
        vault["paths"]!["/{kv_v2_mount_path}/metadata/{path}"]!["list"].ShouldNotBeNull();
        var esc = Specs.Read("pulumi-esc.openapi.yaml");
        esc["paths"]!["/environments/{orgName}/{projectName}/{envName}/open/{openSessionID}"].ShouldNotBeNull();
    }
}
