using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Auth.Jwt;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Kubernetes;

/// <summary><c>config</c>: the cluster that the mount believes. A write says all of it anew. The token to ask with is never told.</summary>
internal static class PathConfig
{
    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, RecordView<KubernetesConfig> store, CancellationToken cancellationToken)
    {
        if (call.IsRead)
        {
            var known = (await store.GetAsync("config", cancellationToken))?.Value ?? throw new SecretException(SecretErrorKind.NotFound, "there is no configuration");
            return VaultResponse.Ok(writer => Write(writer, known));
        }
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        if (fields.Text("kubernetes_host") is not { Length: > 0 } host) throw RequestFields.Invalid("no host provided");
        var config = new KubernetesConfig
        {
            Host = (host.Contains("://", StringComparison.Ordinal) ? host : "https://" + host).TrimEnd('/'),
            RootsPem = fields.Text("kubernetes_ca_cert") ?? "",
            ReviewerToken = fields.Text("token_reviewer_jwt") ?? "",
            PublicKeys = fields.Names("pem_keys") ?? [],
            Issuer = fields.Text("issuer") ?? "",
            DisableIssuerValidation = fields.Flag("disable_iss_validation") ?? true,
            DisableLocal = fields.Flag("disable_local_ca_jwt") ?? false,
        };
        OutboundHttp.RequireUrl(config.Host, "kubernetes_host");
        if (config.RootsPem.Length > 0) OutboundHttp.RequireCertificates(config.RootsPem, "kubernetes_ca_cert");
        foreach (var pem in config.PublicKeys) JwtKey.FromPem(pem, "pem_keys");
        return VaultResponse.Done(await call.Context.CommitAsync(commit => store.PutListed(commit, "config", config), cancellationToken));
    }

    private static void Write(Utf8JsonWriter writer, KubernetesConfig config)
    {
        writer.WriteBoolean("disable_iss_validation"u8, config.DisableIssuerValidation);
        writer.WriteBoolean("disable_local_ca_jwt"u8, config.DisableLocal);
        writer.WriteString("issuer"u8, config.Issuer);
        writer.WriteString("kubernetes_ca_cert"u8, config.RootsPem);
        writer.WriteString("kubernetes_host"u8, config.Host);
        writer.WriteStrings("pem_keys", config.PublicKeys);
        writer.WriteBoolean("token_reviewer_jwt_set"u8, config.ReviewerToken.Length > 0);
    }
}
