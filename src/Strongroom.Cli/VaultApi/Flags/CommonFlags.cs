namespace Strongroom.Cli.VaultApi.Flags;

/// <summary>Flags that every verb of Vault has.</summary>
internal static class CommonFlags
{
    public static readonly Flag Address = new("address", "The server; VAULT_ADDR.", "URL");
    public static readonly Flag Namespace = new("namespace", "The namespace; VAULT_NAMESPACE.", "PATH") { Aliases = ["ns"] };
    public static readonly Flag AuthorityFile = new("ca-cert", "Authorities that may have signed the server's certificate; VAULT_CACERT.", "FILE");
    public static readonly Flag AuthorityFolder = new("ca-path", "The same, as a folder; VAULT_CAPATH.", "FOLDER");
    public static readonly Flag ClientCertificate = new("client-cert", "The certificate of the client; VAULT_CLIENT_CERT.", "FILE");
    public static readonly Flag ClientKey = new("client-key", "Its key; VAULT_CLIENT_KEY.", "FILE");
    public static readonly Flag ServerName = new("tls-server-name", "The name that the server's certificate must have; VAULT_TLS_SERVER_NAME.", "NAME");
    public static readonly Flag SkipVerify = new("tls-skip-verify", "Take any certificate: anybody on the way can read along; VAULT_SKIP_VERIFY.");
    public static readonly Flag WrapTtl = new("wrap-ttl", "Wrap the answer for this long; VAULT_WRAP_TTL.", "DURATION");
    public static readonly Flag Header = new("header", "One more header, name=value; may be repeated.", "HEADER") { Repeats = true };
    public static readonly Flag OutputCurl = new("output-curl-string", "Print the same request for curl and send nothing.");
    public static readonly Flag OutputPolicy = new("output-policy", "Print the policy that the request needs and send nothing.");
    public static readonly Flag NonInteractive = new("non-interactive", "Ask nobody.");
    public static readonly Flag NoColor = new("no-color", "Without colours, which these commands do not use anyhow.");

    public static readonly Flag Format = new("format", "table, json, yaml or raw; VAULT_FORMAT.", "FORMAT");
    public static readonly Flag Field = new("field", "Print this field only, without a line break unless on a terminal.", "NAME");

    /// <summary>How to reach the server.</summary>
    public static readonly Flag[] Connection =
    [
        Address, Namespace, AuthorityFile, AuthorityFolder, ClientCertificate, ClientKey, ServerName, SkipVerify, WrapTtl, Header, OutputCurl,
        OutputPolicy, NonInteractive, NoColor,
    ];

    /// <summary>How the answer looks.</summary>
    public static readonly Flag[] Output = [Format, Field];
}
