using Strongroom.Client;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Vault;

/// <summary>How one store reaches its server and proves who it is: the store's settings over the <c>VAULT_*</c> variables.</summary>
internal sealed record VaultConnection
{
    public required VaultClientOptions Client { get; init; }

    /// <summary>Where the KV engine is mounted, without slashes at its ends.</summary>
    public required string Mount { get; init; }

    /// <summary>Version of the engine; 0 asks the server.</summary>
    public required int KvVersion { get; init; }

    /// <summary>How to log in: <c>token</c>, <c>approle</c>, <c>jwt</c>, <c>kubernetes</c>, <c>userpass</c>, <c>cert</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Where the method is mounted.</summary>
    public required string AuthMount { get; init; }

    public string? Role { get; init; }

    public string? RoleId { get; init; }

    public string? UserName { get; init; }

    /// <summary>What is proven with, read anew for each login: a file may have been replaced.</summary>
    public required Func<SecretValue?> Proof { get; init; }

    /// <summary>Where that comes from, in words.</summary>
    public required string ProofSource { get; init; }

    /// <summary>Whether the secret id is wrapped.</summary>
    public bool IsWrapped { get; init; }

    /// <summary>Whether a token that was given is renewed at two thirds of its life.</summary>
    public bool RenewsToken { get; init; }

    public required IReadOnlyList<BackendFact> Facts { get; init; }

    /// <summary>Takes the settings and remembers their faults; the caller reports them.</summary>
    public static VaultConnection Read(BackendSettings settings)
    {
        var address = settings.Text("address") ?? settings.Variable(VaultEnvironment.Address);
        var server = Parse(settings, address);
        var nameSpace = settings.Text("namespace") ?? settings.Variable("VAULT_NAMESPACE");
        var mount = (settings.Text("mount") ?? "secret").Trim('/');
        if (!IsPath(mount)) settings.Fault("mount must name the mount of a KV engine");
        var version = settings.Choice("kv-version", "auto", "auto", "1", "2");
        var method = settings.Choice("auth", "token", "token", "approle", "jwt", "kubernetes", "userpass", "cert");
        var authMount = settings.Text("auth-mount")?.Trim('/') is { Length: > 0 } named ? named : method;
        if (!IsPath(authMount)) settings.Fault("auth-mount must name the mount of a login method");
        var role = settings.Text("role") ?? settings.Variable("VAULT_ROLE");
        var roleId = settings.Text("role-id") ?? settings.Variable("VAULT_ROLE_ID");
        var user = settings.Text("username") ?? settings.Variable("VAULT_USERNAME");
        var file = settings.Text("credential-file") is null ? null : settings.FullPath("credential-file");
        if (user is not null && (user.Contains('/') || !IsPath(user))) settings.Fault("username must be one name");
        var isWrapped = settings.Flag("wrapped", defaultValue: false);
        var renews = settings.Flag("renew", defaultValue: false);
        var tls = new VaultTls
        {
            AuthorityFile = File(settings, "ca-cert", "VAULT_CACERT"),
            AuthorityFolder = settings.Variable("VAULT_CAPATH"),
            CertificateFile = File(settings, "client-cert", "VAULT_CLIENT_CERT"),
            KeyFile = File(settings, "client-key", "VAULT_CLIENT_KEY"),
            ServerName = settings.Text("tls-server-name") ?? settings.Variable("VAULT_TLS_SERVER_NAME"),
        };
        if (isWrapped && method != "approle") settings.Fault("wrapped is for auth: approle");
        var (proof, source) = ProofOf(settings, method, file);
        return new VaultConnection
        {
            Client = new VaultClientOptions
            {
                // The store has the time limits and the retries.
                Address = server,
                Namespace = nameSpace,
                Tls = tls,
                Timeout = TimeSpan.Zero,
                RetriesMax = 0,
                Time = settings.Time,
            },
            Mount = mount,
            KvVersion = version switch { "1" => 1, "2" => 2, _ => 0 },
            Method = method,
            AuthMount = authMount,
            Role = role,
            RoleId = roleId,
            UserName = user,
            Proof = proof,
            ProofSource = source,
            IsWrapped = isWrapped,
            RenewsToken = renews,
            Facts =
            [
                new BackendFact("address", server.GetLeftPart(UriPartial.Path), Origin(settings, "address", VaultEnvironment.Address),
                    address is null ? "set address in the manifest or VAULT_ADDR" : null),
                .. nameSpace is null ? Array.Empty<BackendFact>() : [new BackendFact("namespace", nameSpace, Origin(settings, "namespace", "VAULT_NAMESPACE"))],
                new BackendFact("mount", mount + "/", version is "auto" ? "KV version asked of the server" : $"KV version {version}"),
                new BackendFact("login", method is "token" ? "token" : $"{method} at auth/{authMount}/", "setting auth"),
                .. NeededBy(method, role, roleId, user, tls),
                .. method is "cert" ? Array.Empty<BackendFact>() : [new BackendFact("credential", HasProof(proof) ? source : null, null, $"set {source}")],
            ],
        };
    }

    /// <summary>True for what leads where it says: a dot segment would lead to another part of the API.</summary>
    private static bool IsPath(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
            if (path.AsSpan(part) is "" or "." or "..") return false;
        return path.AsSpan().IndexOfAny("\"\\*+{}") < 0;
    }

    private static IEnumerable<BackendFact> NeededBy(string method, string? role, string? roleId, string? user, VaultTls tls) => method switch
    {
        "approle" => [new BackendFact("role id", roleId is null ? null : "set", null, "set role-id in the manifest or VAULT_ROLE_ID")],
        "jwt" or "kubernetes" => [new BackendFact("role", role, null, method is "jwt" ? "set role, unless the mount has a default role" : "set role in the manifest or VAULT_ROLE")],
        "userpass" => [new BackendFact("user", user, null, "set username in the manifest or VAULT_USERNAME")],
        "cert" => [new BackendFact("certificate", tls.CertificateFile, null, "set client-cert and client-key, or VAULT_CLIENT_CERT and VAULT_CLIENT_KEY")],
        _ => [],
    };

    private static (Func<SecretValue?> Proof, string Source) ProofOf(BackendSettings settings, string method, string? file)
    {
        string? variable = method switch
        {
            "token" => VaultEnvironment.Token,
            "approle" => "VAULT_SECRET_ID",
            "jwt" => "VAULT_JWT",
            "userpass" => "VAULT_PASSWORD",
            _ => null,
        };
        if (file is not null) return (() => ReadFile(file), $"the file {file}");
        if (method is "kubernetes")
        {
            const string Mounted = "/var/run/secrets/kubernetes.io/serviceaccount/token";
            return (() => ReadFile(Mounted), $"the file {Mounted}");
        }
        if (method is "token") return (() => VaultTokenFile.Find(settings.Variable), "VAULT_TOKEN, or ~/.vault-token as login leaves it");
        return (() => variable is not null && settings.Variable(variable)?.Trim() is { } text ? SecretValue.FromText(text) : null, variable ?? "nothing");
    }

    private static SecretValue? ReadFile(string file)
    {
        using var content = Strongroom.Files.PrivateFile.Read(file, 64 * 1024);
        return content is null || content.Written.Trim(" \r\n\t"u8) is not { IsEmpty: false } token ? null : SecretValue.FromBytes(token);
    }

    private static bool HasProof(Func<SecretValue?> proof)
    {
        try
        {
            using var found = proof();
            return found is not null;
        }
        catch (Exception e) when (e is SecretException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Uri Parse(BackendSettings settings, string? address)
    {
        if (address is null) return VaultClientOptions.DefaultAddress;
        try
        {
            return VaultEnvironment.ParseAddress(address);
        }
        catch (SecretException)
        {
            settings.Fault("address must be an address such as https://vault.example:8200");
            return VaultClientOptions.DefaultAddress;
        }
    }

    private static string? File(BackendSettings settings, string name, string variable) =>
        settings.Text(name) is null ? settings.Variable(variable) : settings.FullPath(name);

    private static string Origin(BackendSettings settings, string name, string variable) =>
        settings.Text(name) is not null ? $"setting {name}" : settings.Variable(variable) is not null ? variable : "default";
}
