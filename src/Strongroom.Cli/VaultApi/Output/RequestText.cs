using System.Text;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Output;

/// <summary>A request that is shown and not sent.</summary>
internal static class RequestText
{
    /// <summary>The request for <c>curl</c>, with the token as a command that finds it, and not the token.</summary>
    public static string Curl(VaultClient client, VaultCall call)
    {
        var options = client.Options;
        var text = new StringBuilder("curl");
        if (call.Method is not ("GET" or VaultCall.List)) text.Append(" -X ").Append(call.Method);
        text.Append(" -H \"X-Vault-Request: true\"");
        if (options.Token is not null && !call.IsAnonymous) text.Append(" -H \"X-Vault-Token: $(vault print token)\"");
        if (options.Namespace is { } name) text.Append(" -H ").Append(Quote("X-Vault-Namespace: " + name));
        if ((call.WrapTtl ?? options.WrapTtl) is { Length: > 0 } wrap) text.Append(" -H ").Append(Quote("X-Vault-Wrap-TTL: " + wrap));
        if (options.Tls.SkipsVerification) text.Append(" --insecure");
        if (options.Tls.AuthorityFile is { } authority) text.Append(" --cacert ").Append(Quote(authority));
        if (options.Tls.CertificateFile is { } certificate) text.Append(" --cert ").Append(Quote(certificate));
        if (options.Tls.KeyFile is { } key) text.Append(" --key ").Append(Quote(key));
        if (options.Address.Scheme == "unix") text.Append(" --unix-socket ").Append(Quote(options.Address.AbsolutePath));
        if (!call.Body.IsEmpty) text.Append(" -d ").Append(Quote(Encoding.UTF8.GetString(call.Body.Span)));
        return text.Append(' ').Append(Quote(client.AddressOf(call).AbsoluteUri)).ToString();
    }

    /// <summary>The least policy that allows the request.</summary>
    public static string Policy(VaultCall call)
    {
        var capabilities = call.Method switch
        {
            "GET" => "\"read\"",
            VaultCall.List => "\"list\"",
            "DELETE" => "\"delete\"",
            "PATCH" => "\"patch\"",
            _ => "\"create\", \"update\"",
        };
        var path = call.Path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"path \"{path}\" {{\n  capabilities = [{capabilities}]\n}}";
    }

    private static string Quote(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or ':' or '.' or '-' or '_')
        ? text
        : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
