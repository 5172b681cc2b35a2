namespace Strongroom.Manifest;

/// <summary>What a manifest may say about one kind of backend.</summary>
/// <param name="Name">The word for the kind.</param>
/// <param name="Description">One line for the schema and the reference.</param>
/// <param name="Prefix">The prefix of its names when the manifest gives none.</param>
/// <param name="KeepsPaths">Whether a secret's plain <c>path</c> applies; stores of flat names take the name instead.</param>
/// <param name="Settings">The settings it has.</param>
internal sealed record StoreKind(string Name, string Description, string Prefix, bool KeepsPaths, params StoreSetting[] Settings)
{
    /// <summary>Every kind. A new backend is a row here.</summary>
    public static IReadOnlyList<StoreKind> All { get; } =
    [
        new("embedded", "the encrypted vault beside the project", "{environment}/", KeepsPaths: true,
            new StoreSetting("path", "file of the vault; .strongroom/vault.db by default"),
            new StoreSetting("key-file", "key file of the seal; kept in the user's configuration by default")),
        new("environment", "variables of the process", "", KeepsPaths: false,
            new StoreSetting("case", "whether upper and lower case differ; exact by default, ignore on Windows") { Choices = ["exact", "ignore"] },
            new StoreSetting("empty", "whether a variable set to nothing is a value, which is the default, or counts as missing") { Choices = ["value", "missing"] }),
        new("dotenv", "a .env file", "", KeepsPaths: false,
            new StoreSetting("path", "the file; .env by default"),
            new StoreSetting("example", "the file that names what is expected; the path with .example behind it by default"),
            new StoreSetting("interpolate", "whether ${NAME} inside a value is replaced; false by default") { Form = "flag" }),
        new("files", "a folder with one file for each secret", "", KeepsPaths: false,
            new StoreSetting("path", "the folder", IsRequired: true),
            new StoreSetting("trim", "whether one line break at the end is no part of the value; true by default") { Form = "flag" },
            new StoreSetting("bytes-max", "the longest file that is read; 1048576 by default") { Form = "number" }),
        new("memory", "values that live as long as the process, for tests", "", KeepsPaths: false),
        new("vault", "a KV engine of HashiCorp Vault, OpenBao or a Strongroom server", "{environment}/", KeepsPaths: true,
            new StoreSetting("address", "the server; VAULT_ADDR by default"),
            new StoreSetting("namespace", "the namespace; VAULT_NAMESPACE by default"),
            new StoreSetting("mount", "where the KV engine is mounted; secret by default"),
            new StoreSetting("kv-version", "version of the engine; the server is asked by default") { Choices = ["auto", "1", "2"] },
            new StoreSetting("auth", "how to log in; token by default") { Choices = ["token", "approle", "jwt", "kubernetes", "userpass", "cert"] },
            new StoreSetting("auth-mount", "where the login method is mounted; the name of the method by default"),
            new StoreSetting("role", "role to log in with by jwt, kubernetes or cert; VAULT_ROLE by default"),
            new StoreSetting("role-id", "role id of approle; VAULT_ROLE_ID by default"),
            new StoreSetting("username", "user of userpass; VAULT_USERNAME by default"),
            new StoreSetting("credential-file", "file with the token, secret id, JWT or password; VAULT_TOKEN, VAULT_SECRET_ID, VAULT_JWT or VAULT_PASSWORD by default"),
            new StoreSetting("wrapped", "whether the secret id is wrapped and used once; false by default") { Form = "flag" },
            new StoreSetting("renew", "whether a token that was given is renewed at two thirds of its life; false by default") { Form = "flag" },
            new StoreSetting("ca-cert", "file of the authorities that may have signed the server's certificate; VAULT_CACERT by default"),
            new StoreSetting("client-cert", "file of the client's certificate; VAULT_CLIENT_CERT by default"),
            new StoreSetting("client-key", "file of its key; VAULT_CLIENT_KEY by default"),
            new StoreSetting("tls-server-name", "name that the server's certificate must have; VAULT_TLS_SERVER_NAME by default"))
        {
            IsRemote = true,
        },
        new("github", "secrets or variables of GitHub Actions", "", KeepsPaths: false,
            new StoreSetting("repository", "owner/name; GITHUB_REPOSITORY by default"),
            new StoreSetting("environment", "an environment of the repository, whose secrets are meant"),
            new StoreSetting("organization", "an organization, instead of a repository"),
            new StoreSetting("variables", "whether variables are meant, which can be read, and not secrets; false by default") { Form = "flag" },
            new StoreSetting("visibility", "which repositories of an organization see what is written; unchanged by default, private when new") { Choices = ["all", "private", "selected"] },
            new StoreSetting("repositories", "the repositories for visibility selected: names, separated by commas"),
            new StoreSetting("repository-ids", "the same by their numbers"),
            new StoreSetting("address", "the API; GITHUB_API_URL or https://api.github.com by default"),
            new StoreSetting("token-variable", "the variable with the token; GITHUB_TOKEN or GH_TOKEN by default"),
            new StoreSetting("app-id", "id of a GitHub App that logs in instead of a token"),
            new StoreSetting("installation-id", "where that app is installed"),
            new StoreSetting("private-key-file", "the PEM file with the key of that app")) { IsRemote = true },
        new("hcp", "an app of HCP Vault Secrets, or of a server that speaks its API; the vendor's own service is closed", "", KeepsPaths: false,
            new StoreSetting("organization", "id of the organization; HCP_ORGANIZATION_ID by default"),
            new StoreSetting("project", "id of the project; HCP_PROJECT_ID by default"),
            new StoreSetting("app", "name of the app; HCP_APP_NAME by default"),
            new StoreSetting("api-version", "version of the API; the server is asked by default") { Choices = ["auto", "2023-11-28", "2023-06-13"] },
            new StoreSetting("address", "the server; HCP_API_ADDRESS by default, else the vendor's"),
            new StoreSetting("auth-address", "where tokens are had; HCP_AUTH_URL by default, else the vendor's or the server itself"))
        {
            IsRemote = true,
        },
        new("kubernetes", "secrets of Kubernetes", "", KeepsPaths: true,
            new StoreSetting("secret", "the one object whose keys are the names; by default each object is a secret and its keys are fields"),
            new StoreSetting("namespace", "the namespace; that of the context or of the pod by default"),
            new StoreSetting("context", "the context of the kubeconfig; the current one by default"),
            new StoreSetting("kubeconfig", "the configuration file; KUBECONFIG, the pod's own or ~/.kube/config by default")) { IsRemote = true },
        new("aws", "AWS Secrets Manager", "{environment}/", KeepsPaths: true,
            new StoreSetting("region", "the region; AWS_REGION, AWS_DEFAULT_REGION or the profile's by default"),
            new StoreSetting("profile", "a profile of the shared files; AWS_PROFILE by default"),
            new StoreSetting("role", "ARN of a role to take on"),
            new StoreSetting("external-id", "the external id that the role asks for"),
            new StoreSetting("endpoint", "address of the service; AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL or the region's by default"),
            new StoreSetting("sts-endpoint", "address of STS; AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL or the region's by default"),
            new StoreSetting("recovery-days", "how long a deleted secret can be restored, 7 to 30, or 0 to delete for good; 30 by default") { Form = "number" },
            new StoreSetting("kms-key", "KMS key of new secrets; AWS's own by default"))
        {
            IsRemote = true,
        },
        new("gcp", "Google Secret Manager", "", KeepsPaths: false,
            new StoreSetting("project", "the project; GOOGLE_CLOUD_PROJECT, CLOUDSDK_CORE_PROJECT or that of the credentials by default"),
            new StoreSetting("location", "the place of regional secrets; global secrets by default"),
            new StoreSetting("credentials-file", "file with credentials; GOOGLE_APPLICATION_CREDENTIALS or gcloud's own by default"),
            new StoreSetting("impersonate", "e-mail address of a service account to act as"),
            new StoreSetting("endpoint", "address of the service; Google's by default"),
            new StoreSetting("replicas", "where new secrets are kept: locations, separated by commas; Google chooses by default"),
            new StoreSetting("removal", "what deleting does: delete the secret, or disable or destroy its latest version; delete by default") { Choices = ["delete", "disable", "destroy"] })
        {
            IsRemote = true,
        },
        new("pulumi-esc", "an environment of Pulumi ESC", "", KeepsPaths: true,
            new StoreSetting("organization", "the organization", IsRequired: true),
            new StoreSetting("project", "the project; default by default"),
            new StoreSetting("environment", "the environment", IsRequired: true),
            new StoreSetting("address", "the service; PULUMI_BACKEND_URL or https://api.pulumi.com by default"),
            new StoreSetting("token-variable", "the variable with the access token; PULUMI_ACCESS_TOKEN by default")) { IsRemote = true },
        new("fly", "secrets of an app on Fly.io", "", KeepsPaths: false,
            new StoreSetting("app", "the app; FLY_APP_NAME by default"),
            new StoreSetting("deploy", "whether each change is handed to the machines at once, which restarts them; false by default") { Form = "flag" },
            new StoreSetting("address", "the Machines API; FLY_FLAPS_BASE_URL or https://api.machines.dev by default"),
            new StoreSetting("token-variable", "the variable with the token; FLY_API_TOKEN or FLY_ACCESS_TOKEN by default")) { IsRemote = true },
        new("azure", "Azure Key Vault", "", KeepsPaths: true,
            new StoreSetting("vault", "the vault: its name, or its address", IsRequired: true),
            new StoreSetting("tenant-id", "the tenant; AZURE_TENANT_ID by default"),
            new StoreSetting("client-id", "the application or managed identity; AZURE_CLIENT_ID by default"),
            new StoreSetting("purge", "whether deleting also purges, so that nothing can be recovered and the name is free; false by default") { Form = "flag" })
        {
            IsRemote = true,
        },
    ];

    /// <summary>Whether it is behind a network, and has the settings of <see cref="StoreTuning"/> too.</summary>
    public bool IsRemote { get; init; }

    /// <summary>Every setting a manifest may give it.</summary>
    public IReadOnlyList<StoreSetting> AllSettings => IsRemote ? [.. Settings, .. StoreTuning.Settings] : Settings;

    public static StoreKind? Find(string name)
    {
        foreach (var kind in All)
            if (string.Equals(kind.Name, name, StringComparison.Ordinal)) return kind;
        return null;
    }
}

/// <summary>One setting of a kind of store. All are texts; the backend reads its own.</summary>
internal sealed record StoreSetting(string Key, string Description, bool IsRequired = false)
{
    /// <summary>What editors expect: a text, a <c>number</c>, a <c>flag</c>.</summary>
    public string Form { get; init; } = "text";

    /// <summary>The words that it may be; none means any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}
