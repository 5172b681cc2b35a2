using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Backends.Kubernetes.Access;

/// <summary>
/// The files that kubectl keeps its clusters and users in. Of several files the first that has an entry wins, as for kubectl.
/// Source: kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig.
/// </summary>
internal sealed class KubeConfig
{
    private readonly List<(string Folder, MapNode Root)> _files = [];

    /// <summary>Reads the files that are there.</summary>
    /// <exception cref="SecretException">InvalidInput when none is there, or one is no configuration.</exception>
    public KubeConfig(IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            if (!File.Exists(file)) continue;
            var faults = new TextFaults();
            if (new YamlTree(file, faults).Read(ClusterAccess.ReadText(file)) is not { } root || !faults.IsEmpty)
            {
                var first = faults.InOrder[0];
                throw new SecretException(SecretErrorKind.InvalidInput, $"{first.File} cannot be read from line {first.Line} on", help: "kubectl config view says what is wrong");
            }
            _files.Add((Path.GetDirectoryName(Path.GetFullPath(file))!, root));
        }
        if (_files.Count == 0)
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, $"there is no configuration of Kubernetes in {string.Join(", ", files)}", help: "name it by the setting kubeconfig or the variable KUBECONFIG, or run in a pod");
        }
    }

    /// <summary>The access by a context; by the current one when none is named.</summary>
    public ClusterAccess Access(string? contextName)
    {
        contextName ??= CurrentContext() ?? throw Fault("no context is the current one", "set context, or use kubectl config use-context");
        var (_, context) = Entry("contexts", "context", contextName);
        var (clusterFolder, cluster) = Entry("clusters", "cluster", Text(context, "cluster") ?? "");
        var (userFolder, user) = Text(context, "user") is { Length: > 0 } userName ? Entry("users", "user", userName) : ("", new MapNode(new TextPlace("", 1, 1), []));
        if (Text(cluster, "server") is not { } written || !Uri.TryCreate(written, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            throw Fault($"the cluster of the context {contextName} has no server address");
        if (user.Find("auth-provider") is not null) throw Fault("auth-provider is no longer a way to log in to Kubernetes", "use an exec plugin");
        if (user.Find("username") is not null) throw Fault("Kubernetes takes no user name and password any more", "use a token or an exec plugin");
        return new ClusterAccess
        {
            Server = server,
            Namespace = Text(context, "namespace") is { Length: > 0 } nameSpace ? nameSpace : "default",
            Authorities = Pem(cluster, "certificate-authority", clusterFolder) is { } authorities ? ClusterAccess.ToAuthorities(authorities, "certificate-authority") : null,
            TrustsAnyServer = Text(cluster, "insecure-skip-tls-verify") is "true",
            ServerName = Text(cluster, "tls-server-name"),
            Proxy = Text(cluster, "proxy-url") is { Length: > 0 } proxy ? Uri.TryCreate(proxy, UriKind.Absolute, out var address) ? address : throw Fault("proxy-url is no address") : null,
            // A file is preferred, as it is by kubectl: it may change.
            TokenFile = Text(user, "tokenFile") is { Length: > 0 } file ? Path.GetFullPath(file, userFolder) : null,
            Token = Text(user, "token") is { Length: > 0 } token ? SecretValue.FromText(token) : null,
            Certificate = ClientCertificate(user, userFolder),
            Plugin = user.Find("exec")?.Node is MapNode exec ? Plugin(exec, userFolder) : null,
        };
    }

    private string? CurrentContext()
    {
        foreach (var (_, root) in _files)
            if (Text(root, "current-context") is { Length: > 0 } name) return name;
        return null;
    }

    private (string Folder, MapNode Node) Entry(string list, string member, string name)
    {
        foreach (var (folder, root) in _files)
        {
            if (root.Find(list)?.Node is not ListNode entries) continue;
            foreach (var item in entries.Items)
                if (item is MapNode entry && string.Equals(Text(entry, "name"), name, StringComparison.Ordinal) && entry.Find(member)?.Node is MapNode node) return (folder, node);
        }
        throw Fault($"there is no {member} named '{TextFaults.Shorten(name)}'", "kubectl config view shows them");
    }

    private static X509Certificate2? ClientCertificate(MapNode user, string folder)
    {
        var certificate = Pem(user, "client-certificate", folder);
        var key = Pem(user, "client-key", folder);
        if (certificate is null && key is null) return null;
        return ToCertificate(certificate ?? "", key ?? "");
    }

    /// <summary>A certificate with its key.</summary>
    public static X509Certificate2 ToCertificate(string certificate, string key)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
            // Windows takes a key for TLS only from a store or a PFX.
            return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pfx), password: null);
        }
        catch (CryptographicException)
        {
            throw Fault("the client's certificate and key are no pair in PEM");
        }
    }

    /// <summary>A text in PEM, from inside (<c>NAME-data</c>, base64) or from a file.</summary>
    private static string? Pem(MapNode node, string name, string folder)
    {
        if (Text(node, name + "-data") is { Length: > 0 } inside)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(inside));
            }
            catch (FormatException)
            {
                throw Fault($"{name}-data is no base64");
            }
        }
        return Text(node, name) is { Length: > 0 } file ? ClusterAccess.ReadText(Path.GetFullPath(file, folder)) : null;
    }

    private static ExecPlugin Plugin(MapNode exec, string folder)
    {
        var version = Text(exec, "apiVersion");
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1")) throw Fault("the exec plugin speaks a version that is not known", "update the plugin to client.authentication.k8s.io/v1");
        if (Text(exec, "interactiveMode") is "Always") throw Fault("the exec plugin wants to talk with a person", "log in with it first, and set interactiveMode: IfAvailable");
        if (Text(exec, "command") is not { Length: > 0 } command) throw Fault("the exec plugin has no command");
        var arguments = new List<string>();
        if (exec.Find("args")?.Node is ListNode args)
            foreach (var item in args.Items) arguments.Add(item is ScalarNode scalar ? scalar.Text : throw Fault("the arguments of the exec plugin are no texts"));
        var variables = new List<KeyValuePair<string, string>>();
        if (exec.Find("env")?.Node is ListNode env)
            foreach (var item in env.Items)
                if (item is MapNode pair && Text(pair, "name") is { Length: > 0 } name) variables.Add(new(name, Text(pair, "value") ?? ""));
        // As for kubectl: with a slash a path from the folder of the file, without one a command of the PATH.
        var path = command.Contains('/') || command.Contains('\\') ? Path.GetFullPath(command, folder) : command;
        return new ExecPlugin(version, path, arguments, variables, Text(exec, "installHint"));
    }

    private static string? Text(MapNode node, string key) => node.Find(key)?.Node is ScalarNode { IsNull: false } scalar ? scalar.Text : null;

    private static SecretException Fault(string reason, string? help = null) => new(SecretErrorKind.InvalidInput, "kubeconfig: " + reason, help: help);
}
