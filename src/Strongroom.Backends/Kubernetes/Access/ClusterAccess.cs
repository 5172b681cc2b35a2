using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.Kubernetes.Access;

/// <summary>How to reach one cluster and to say who asks.</summary>
internal sealed class ClusterAccess : IDisposable
{
    /// <summary>Where a pod finds what it needs; fixed by Kubernetes.</summary>
    public const string PodFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Address of the API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The namespace that counts when the settings name none.</summary>
    public required string Namespace { get; init; }

    /// <summary>The authorities that may have signed the server's certificate; null for those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>True when the configuration says not to look at the server's certificate.</summary>
    public bool TrustsAnyServer { get; init; }

    /// <summary>The name that the server's certificate must have, when that is not the host.</summary>
    public string? ServerName { get; init; }

    /// <summary>The proxy that the configuration names.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>A token that does not change.</summary>
    public SecretValue? Token { get; init; }

    /// <summary>A file with a token, which is read for each request: in a pod it changes about every hour.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The program that gives out credentials.</summary>
    public ExecPlugin? Plugin { get; init; }

    /// <summary>The certificate to show; a plugin may give it.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The access of a pod, from what Kubernetes mounts into it.</summary>
    /// <param name="host">KUBERNETES_SERVICE_HOST.</param>
    /// <param name="port">KUBERNETES_SERVICE_PORT.</param>
    /// <param name="folder">Where the files are.</param>
    public static ClusterAccess OfPod(string host, string port, string folder)
    {
        var isIpV6 = IPAddress.TryParse(host, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        if (!Uri.TryCreate($"https://{(isIpV6 ? $"[{host}]" : host)}:{port}", UriKind.Absolute, out var server))
            throw new SecretException(SecretErrorKind.InvalidInput, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are no address");
        return new ClusterAccess
        {
            Server = server,
            Namespace = ReadText(Path.Combine(folder, "namespace")).Trim(),
            Authorities = ToAuthorities(ReadText(Path.Combine(folder, "ca.crt")), "ca.crt"),
            TokenFile = Path.Combine(folder, "token"),
        };
    }

    /// <summary>Certificates in PEM.</summary>
    public static X509Certificate2Collection ToAuthorities(string pem, string where)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            authorities.Clear();
        }
        return authorities.Count > 0 ? authorities : throw new SecretException(SecretErrorKind.InvalidInput, $"{where} holds no certificate in PEM");
    }

    /// <summary>A file of the access as text.</summary>
    public static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretException(SecretErrorKind.Denied, $"{path} cannot be read ({e.GetType().Name})", help: "in a pod: is automountServiceAccountToken on?");
        }
    }

    /// <summary>Connections to this cluster, and to no other.</summary>
    public HttpMessageHandler NewTransport()
    {
        var tls = new SslClientAuthenticationOptions();
        if (TrustsAnyServer) tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        if (Authorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate!;
        var transport = HttpCaller.NewTransport(tls);
        if (Proxy is not null) transport.Proxy = new WebProxy(Proxy);
        return transport;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Token?.Dispose();
        Certificate?.Dispose();
        foreach (var authority in Authorities ?? []) authority.Dispose();
    }
}

/// <summary>Where the access to the cluster is configured; looked at when it is first needed.</summary>
/// <param name="Files">The kubeconfig files; empty in a pod.</param>
/// <param name="Context">The context; null for the current one.</param>
/// <param name="Source">Where that comes from, for people.</param>
/// <param name="Host">Host of the API server, in a pod.</param>
/// <param name="Port">Its port.</param>
internal sealed record KubernetesPlace(IReadOnlyList<string> Files, string? Context, string Source, string Host = "", string Port = "443")
{
    /// <summary>Where a pod finds its token; another folder in tests.</summary>
    public string PodFolder { get; init; } = ClusterAccess.PodFolder;

    /// <summary>The place that settings and variables say, in the order of kubectl; the pod's own where no file is named.</summary>
    public static KubernetesPlace From(BackendSettings settings)
    {
        var context = settings.Text("context");
        if (settings.Text("kubeconfig") is not null) return new KubernetesPlace([settings.FullPath("kubeconfig")], context, "setting kubeconfig");
        if (settings.Variable("KUBECONFIG") is { } listed) return new KubernetesPlace(listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), context, "KUBECONFIG");
        if (settings.Variable("KUBERNETES_SERVICE_HOST") is { } host && context is null)
            return new KubernetesPlace([], Context: null, "KUBERNETES_SERVICE_HOST", host, settings.Variable("KUBERNETES_SERVICE_PORT") ?? "443");
        return new KubernetesPlace([Path.Combine(settings.Variable("HOME") ?? settings.Variable("USERPROFILE") ?? "", ".kube", "config")], context, "the default");
    }

    /// <summary>
    /// What tells this cluster from another. The current context is looked up in the file as a line of text, without reading it as YAML:
    /// it may change between two runs, and then what was remembered of one cluster must not be given out for the other.
    /// </summary>
    public string Identity => Files.Count == 0 ? $"{Host}:{Port}" : $"{string.Join(',', Files)} {Context ?? CurrentContext()}";

    /// <summary>Reads the files.</summary>
    public ClusterAccess Open() => Files.Count > 0 ? new KubeConfig(Files).Access(Context) : ClusterAccess.OfPod(Host, Port, PodFolder);

    private string CurrentContext()
    {
        const string key = "current-context:";
        foreach (var file in Files)
        {
            try
            {
                foreach (var line in File.ReadLines(file))
                    if (line.StartsWith(key, StringComparison.Ordinal)) return line[key.Length..].Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is told when the store is asked.
            }
        }
        return "";
    }
}
