using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Hcp;

/// <summary>Where one store's app is and how the store proves who it is: its settings over the <c>HCP_*</c> variables.</summary>
/// <remarks>https://developer.hashicorp.com/hcp/docs/vault-secrets, and hashicorp/hcp-sdk-go for the variables.</remarks>
internal sealed record HcpConnection
{
    /// <summary>The API of 28 November 2023: all types of secrets, values by <c>:open</c>.</summary>
    public const string Newer = "2023-11-28";

    /// <summary>The API of 13 June 2023: static secrets alone, values below <c>open/</c>.</summary>
    public const string Older = "2023-06-13";

    /// <summary>What the vendor wants a token to be for, in every environment.</summary>
    public const string Audience = "https://api.hashicorp.cloud";

    private const string PublicHost = "api.cloud.hashicorp.com";

    private static readonly Uri PublicAuthentication = new("https://auth.idp.hashicorp.com/");

    public required Uri Address { get; init; }

    public required Uri AuthenticationAddress { get; init; }

    /// <summary>The version of the API; null asks the server.</summary>
    public required string? ApiVersion { get; init; }

    public required string? Organization { get; init; }

    public required string? Project { get; init; }

    public required string? App { get; init; }

    public required string? ClientId { get; init; }

    /// <summary>The client secret; null when there is none.</summary>
    public required Func<SecretValue?> ClientSecret { get; init; }

    /// <summary>A token that was given; null when there is none.</summary>
    public required Func<SecretValue?> Token { get; init; }

    public required TimeProvider Time { get; init; }

    public required IReadOnlyList<BackendFact> Facts { get; init; }

    /// <summary>Whether the address is the vendor's own, which is closed.</summary>
    public bool IsPublic => string.Equals(Address.Host, PublicHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>What to do now that the vendor's own service is closed.</summary>
    public static string Closed =>
        "HCP Vault Secrets closed on 1 July 2026: set address to a server that speaks its API, and move with strongroom copy --all --from hcp --to vault";

    /// <summary>Takes the settings and remembers their faults; the caller reports them.</summary>
    public static HcpConnection Read(BackendSettings settings)
    {
        var organization = Of(settings, "organization", "HCP_ORGANIZATION_ID");
        var project = Of(settings, "project", "HCP_PROJECT_ID");
        var app = Of(settings, "app", "HCP_APP_NAME");
        var version = settings.Choice("api-version", "auto", "auto", Newer, Older);
        var address = settings.Address("address", settings.Text("address") ?? WithScheme(settings.Variable("HCP_API_ADDRESS"))) ?? new Uri($"https://{PublicHost}/");
        // Who runs the API under another address gives out its tokens, too; the credential goes nowhere else unless a setting says so.
        var isPublic = string.Equals(address.Host, PublicHost, StringComparison.OrdinalIgnoreCase);
        var authentication = settings.Address("auth-address", settings.Text("auth-address") ?? settings.Variable("HCP_AUTH_URL")) ?? (isPublic ? PublicAuthentication : address);
        var clientId = settings.Variable("HCP_CLIENT_ID");
        return new HcpConnection
        {
            Address = address,
            AuthenticationAddress = authentication,
            ApiVersion = version is "auto" ? null : version,
            Organization = organization.Value,
            Project = project.Value,
            App = app.Value,
            ClientId = clientId,
            ClientSecret = () => Secret(settings, "HCP_CLIENT_SECRET"),
            Token = () => Secret(settings, "HCP_API_TOKEN"),
            Time = settings.Time,
            Facts =
            [
                new BackendFact("address", address.GetLeftPart(UriPartial.Path), settings.Text("address") is not null ? "setting address" : settings.Variable("HCP_API_ADDRESS") is not null ? "HCP_API_ADDRESS" : "default"),
                .. isPublic ? [new BackendFact("service", Value: null, Source: null, Closed)] : Array.Empty<BackendFact>(),
                organization, project, app,
                Credential(settings, clientId, authentication),
            ],
        };
    }

    /// <summary>Where a version of the API has the app.</summary>
    /// <exception cref="SecretException">InvalidInput when organization, project or app are not configured.</exception>
    public Uri AppAddress(string version, string rest)
    {
        foreach (var fact in Facts)
            if (fact is { Value: null, Name: "organization" or "project" or "app" })
                throw new SecretException(SecretErrorKind.InvalidInput, $"needs to know which {fact.Name}, and it is not set", help: fact.Help);
        return new Uri(
            Address,
            $"/secrets/{version}/organizations/{Uri.EscapeDataString(Organization!)}/projects/{Uri.EscapeDataString(Project!)}/apps/{Uri.EscapeDataString(App!)}{rest}");
    }

    private static BackendFact Of(BackendSettings settings, string name, string variable) => settings.Text(name) is { } text
        ? new BackendFact(name, text, $"setting {name}")
        : new BackendFact(name, settings.Variable(variable), variable, $"set {name} in the manifest or {variable}");

    private static BackendFact Credential(BackendSettings settings, string? clientId, Uri authentication)
    {
        if (clientId is not null && settings.Variable("HCP_CLIENT_SECRET") is not null)
            return new BackendFact("credential", $"a client of {authentication.Host}", "HCP_CLIENT_ID, HCP_CLIENT_SECRET");
        return new BackendFact("credential", settings.Variable("HCP_API_TOKEN") is null ? null : "a token", "HCP_API_TOKEN", "set HCP_CLIENT_ID and HCP_CLIENT_SECRET, or HCP_API_TOKEN");
    }

    // The vendor's variable is a host with or without port.
    private static string? WithScheme(string? address) => address is null || address.Contains("://", StringComparison.Ordinal) ? address : $"https://{address}";

    private static SecretValue? Secret(BackendSettings settings, string variable) =>
        settings.Variable(variable)?.Trim() is { Length: > 0 } text ? SecretValue.FromText(text) : null;
}
