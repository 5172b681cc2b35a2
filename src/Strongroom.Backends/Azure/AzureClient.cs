using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.Azure;

/// <summary>What the settings and the variables of the environment say.</summary>
internal sealed record AzureOptions(Uri Vault, string? TenantId, string? ClientId, bool Purges, IReadOnlyDictionary<string, string> Environment)
{
    public string? Variable(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Where the credentials will come from, and what says so.</summary>
    public (string Value, string Source) CredentialSource() =>
        Variable("AZURE_CLIENT_SECRET") is not null ? ($"application {ClientId ?? Variable("AZURE_CLIENT_ID")}", "AZURE_CLIENT_SECRET")
        : Variable("AZURE_CLIENT_CERTIFICATE_PATH") is { } file ? ($"application {ClientId ?? Variable("AZURE_CLIENT_ID")} with {file}", "AZURE_CLIENT_CERTIFICATE_PATH")
        : Variable("AZURE_FEDERATED_TOKEN_FILE") is { } token ? ($"workload identity {ClientId ?? Variable("AZURE_CLIENT_ID")} by the token in {token}", "AZURE_FEDERATED_TOKEN_FILE")
        : ("the managed identity, or who is logged in to az", "default chain");
}

/// <summary>The SDK's client with credentials, and what its failures mean. The SDK's own retries are off: the store has them.</summary>
internal static class AzureClient
{
    public static SecretClient Create(AzureOptions options, TransportFactory? transport)
    {
        var pipeline = new HttpClientTransport(new HttpClient(transport?.Invoke() ?? HttpCaller.NewTransport()));
        var client = new SecretClientOptions
        {
            Transport = pipeline,
            // The vendor's check binds a token to Azure's host names; an emulator on this machine has none.
            DisableChallengeResourceVerification = options.Vault.IsLoopback,
        };
        Quieten(client);
        return new SecretClient(options.Vault, Credential(options, pipeline), client);
    }

    /// <summary>What the codes of Key Vault mean; an inner code says more than the outer and is looked up first.</summary>
    public static (string Code, SecretErrorKind Kind)[] Errors() =>
    [
        ("SecretNotFound", SecretErrorKind.NotFound),
        ("SecretDisabled", SecretErrorKind.Unreadable),
        ("ObjectIsDeletedButRecoverable", SecretErrorKind.Unreadable),
        ("ObjectIsBeingDeleted", SecretErrorKind.Unreadable),
        ("ObjectIsBeingRecovered", SecretErrorKind.Conflict),
        ("Conflict", SecretErrorKind.Conflict),
        ("Forbidden", SecretErrorKind.Denied),
        ("ForbiddenByPolicy", SecretErrorKind.Denied),
        ("ForbiddenByRbac", SecretErrorKind.Denied),
        ("ForbiddenByFirewall", SecretErrorKind.Denied),
        ("Unauthorized", SecretErrorKind.Denied),
        ("BadParameter", SecretErrorKind.InvalidInput),
        ("Throttled", SecretErrorKind.Throttled),
        ("InternalServerError", SecretErrorKind.Unreachable),
        ("ServiceUnavailable", SecretErrorKind.Unreachable),
    ];

    /// <summary>How the kind of an error is chosen: by its codes, and only without one by the status.</summary>
    public static SecretErrorKind KindOf(string? inner, string? outer, int status)
    {
        foreach (var code in (ReadOnlySpan<string?>)[inner, outer])
            foreach (var (known, kind) in Errors())
                if (string.Equals(known, code, StringComparison.Ordinal)) return kind;
        return status switch
        {
            0 or >= 500 or 408 => SecretErrorKind.Unreachable,
            429 => SecretErrorKind.Throttled,
            401 or 403 => SecretErrorKind.Denied,
            _ => SecretErrorKind.Malformed,
        };
    }

    /// <summary>Whether an exception is the SDK's own.</summary>
    public static bool IsKnown(Exception fault) => fault is RequestFailedException or AuthenticationFailedException;

    /// <summary>What an exception of the SDK means. Messages are not kept: they quote answers.</summary>
    public static SecretException Failure(Exception fault, string role)
    {
        switch (fault)
        {
            case RequestFailedException failed:
                var (inner, outer) = Codes(failed);
                var kind = KindOf(inner, outer, failed.Status);
                var (reason, help) = (inner, kind) switch
                {
                    (_, SecretErrorKind.NotFound) => ("is not there", (string?)null),
                    ("SecretDisabled", _) => ("is there but disabled", "enable it with `az keyvault secret set-attributes --enabled true`"),
                    (_, SecretErrorKind.Unreadable) => ("is deleted, and its name is taken until it is purged", "bring it back with `az keyvault secret recover`, or purge it"),
                    ("ForbiddenByFirewall", _) => ("is denied: the vault's firewall does not let this machine in", "allow its address, or use a private endpoint"),
                    (_, SecretErrorKind.Denied) => ("is denied", $"the identity needs the role {role} on it; a new assignment takes minutes"),
                    (_, SecretErrorKind.Throttled) => ("is asked for too often", null),
                    (_, SecretErrorKind.Conflict) => ("was changed meanwhile", null),
                    (_, SecretErrorKind.Unreachable) when failed.Status == 0 => ("could not be reached", null),
                    _ => ($"was answered with {(outer is null ? "HTTP status " + failed.Status : VendorErrors.Shown(outer))}", null),
                };
                return new SecretException(kind, reason, help: help, retryAfter: RetryAfter(failed));
            case CredentialUnavailableException:
                return new SecretException(SecretErrorKind.Denied, "has no credentials", help: "log in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET");
            default:
                for (var cause = fault.InnerException; cause is not null; cause = cause.InnerException)
                    if (cause is HttpRequestException or System.Net.Sockets.SocketException) return new SecretException(SecretErrorKind.Unreachable, "could not log in: Microsoft Entra could not be reached");
                return new SecretException(SecretErrorKind.Denied, "is denied: Microsoft Entra refuses the credentials", help: "see `strongroom doctor`");
        }
    }

    private static TokenCredential Credential(AzureOptions options, HttpPipelineTransport transport)
    {
        var tenant = options.TenantId ?? options.Variable("AZURE_TENANT_ID");
        var application = options.ClientId ?? options.Variable("AZURE_CLIENT_ID");
        var authority = options.Variable("AZURE_AUTHORITY_HOST") is { } host ? new Uri(host) : AzureAuthorityHosts.AzurePublicCloud;
        if (tenant is not null && application is not null)
        {
            if (options.Variable("AZURE_CLIENT_SECRET") is { } secret)
                return new ClientSecretCredential(tenant, application, secret, Shared(new ClientSecretCredentialOptions { DisableInstanceDiscovery = authority.IsLoopback }));
            if (options.Variable("AZURE_CLIENT_CERTIFICATE_PATH") is { } file)
                return new ClientCertificateCredential(tenant, application, file, Shared(new ClientCertificateCredentialOptions { DisableInstanceDiscovery = authority.IsLoopback }));
            if (options.Variable("AZURE_FEDERATED_TOKEN_FILE") is { } token)
                return new WorkloadIdentityCredential(Shared(new WorkloadIdentityCredentialOptions { TenantId = tenant, ClientId = application, TokenFilePath = token, DisableInstanceDiscovery = authority.IsLoopback }));
        }
        return new DefaultAzureCredential(Shared(new DefaultAzureCredentialOptions
        {
            TenantId = tenant,
            ManagedIdentityClientId = application,
            ExcludeInteractiveBrowserCredential = true,
        }));

        T Shared<T>(T credential) where T : TokenCredentialOptions
        {
            credential.AuthorityHost = authority;
            credential.Transport = transport;
            Quieten(credential);
            return credential;
        }
    }

    private static void Quieten(ClientOptions options)
    {
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
    }

    private static (string? Inner, string? Outer) Codes(RequestFailedException failed)
    {
        try
        {
            if (failed.GetRawResponse() is not { } response) return (null, failed.ErrorCode);
            using var json = JsonDocument.Parse(response.Content);
            var error = json.RootElement.Member("error");
            return (error.Member("innererror").TextOf("code"), error.TextOf("code"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, failed.ErrorCode);
        }
    }

    private static TimeSpan? RetryAfter(RequestFailedException failed) =>
        failed.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) == true
        && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
