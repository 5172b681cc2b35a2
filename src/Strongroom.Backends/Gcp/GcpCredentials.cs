using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Backends.Gcp;

/// <summary>What the settings and the variables of the environment say about project and credentials.</summary>
internal sealed record GcpOptions(
    string? Project, string? Location, string? CredentialsFile, string? Impersonate, string? Endpoint, IReadOnlyList<string> Replicas, string Removal,
    IReadOnlyDictionary<string, string> Environment)
{
    public string? Variable(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The project by setting or variable, and which of them said it.</summary>
    public (string Value, string Source)? KnownProject()
    {
        if (Project is not null) return (Project, "setting project");
        foreach (var name in (ReadOnlySpan<string>)["GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"])
            if (Variable(name) is { } value) return (value, name);
        return null;
    }

    /// <summary>The credentials file by setting or variable, or the one that <c>gcloud auth application-default login</c> writes.</summary>
    public (string Path, string Source, bool IsNamed) File()
    {
        if (CredentialsFile is not null) return (CredentialsFile, "setting credentials-file", true);
        if (Variable("GOOGLE_APPLICATION_CREDENTIALS") is { } named) return (named, "GOOGLE_APPLICATION_CREDENTIALS", true);
        var folder = Variable("CLOUDSDK_CONFIG") ?? Path.Combine(Variable("HOME") ?? "/", ".config", "gcloud");
        return (Path.Combine(folder, "application_default_credentials.json"), "gcloud auth application-default login", false);
    }
}

/// <summary>
/// Application default credentials: the key of a service account, a person's refresh token, workload identity federation, or the metadata
/// server of the machine; and the impersonation of a service account by any of them. Google's own library reads JSON by reflection, which
/// does not survive trimming; these exchanges are few and public (RFC 7523, RFC 8693, and Google's AIP-4110 and on).
/// </summary>
/// <param name="options">Where to look.</param>
/// <param name="http">To Google, and to the platform that a federation asks.</param>
/// <param name="metadata">To the metadata server, which is next door: no proxy gets to see its tokens.</param>
/// <param name="time">The clock.</param>
internal sealed class GcpCredentials(GcpOptions options, HttpCaller http, HttpCaller metadata, TimeProvider time)
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";
    private const string MetadataRoot = "computeMetadata/v1/";
    private const int FileBytesMax = 64 * 1024;

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(4);

    /// <summary>An access token.</summary>
    /// <exception cref="SecretException">Denied when there are no credentials or they are refused.</exception>
    public async ValueTask<Credential> ObtainAsync(Credential? previous, CancellationToken cancellationToken)
    {
        Credential own;
        using (var file = ReadFile())
        {
            own = file is null
                ? await MetadataTokenAsync(cancellationToken)
                : await FileTokenAsync(file.Root, cancellationToken);
        }
        return options.Impersonate is { } account ? await ImpersonateAsync(ImpersonationOf(account), [], own, cancellationToken) : own;
    }

    /// <summary>The project: by setting, variable, credentials file or the machine.</summary>
    /// <exception cref="SecretException">InvalidInput when nothing says it.</exception>
    public async ValueTask<string> ProjectAsync(CancellationToken cancellationToken)
    {
        if (options.KnownProject() is var (known, _)) return known;
        using var file = ReadFile();
        if (file is not null)
        {
            return file.Root.TextOf("project_id") ?? file.Root.TextOf("quota_project_id")
                ?? throw new SecretException(SecretErrorKind.InvalidInput, "has no project", help: "set `project` in the store, or GOOGLE_CLOUD_PROJECT");
        }
        using var answer = await MetadataAsync("project/project-id", cancellationToken);
        return Encoding.ASCII.GetString(answer.Bytes);
    }

    /// <summary>Whose credentials a file holds, for a person; null when the machine has to be asked.</summary>
    public string? Account()
    {
        using var file = ReadFile();
        return options.Impersonate ?? file?.Root.TextOf("client_email") ?? file?.Root.TextOf("type");
    }

    private CredentialsJson? ReadFile()
    {
        var (path, _, isNamed) = options.File();
        if (!File.Exists(path))
        {
            return isNamed
                ? throw new SecretException(SecretErrorKind.Denied, $"has no credentials: there is no file {path}", help: "see `credentials-file` and GOOGLE_APPLICATION_CREDENTIALS")
                : null;
        }
        if (PrivateFile.Read(path, FileBytesMax) is not { } bytes) return null;
        try
        {
            return new CredentialsJson(bytes, JsonDocument.Parse(bytes.WrittenMemory));
        }
        catch (JsonException)
        {
            bytes.Dispose();
            throw new SecretException(SecretErrorKind.Denied, $"has no credentials: {path} is no JSON");
        }
    }

    private async ValueTask<Credential> FileTokenAsync(JsonElement file, CancellationToken cancellationToken)
    {
        switch (file.TextOf("type"))
        {
            case "service_account":
                var address = file.RequiredText("token_uri");
                return await TokenAsync(address, [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", Assertion(file, address))], cancellationToken);
            case "authorized_user":
                return await TokenAsync(
                    file.TextOf("token_uri") ?? "https://oauth2.googleapis.com/token",
                    [("grant_type", "refresh_token"), ("client_id", file.RequiredText("client_id")), ("client_secret", file.RequiredText("client_secret")), ("refresh_token", file.RequiredText("refresh_token"))],
                    cancellationToken);
            case "external_account":
                var federated = await TokenAsync(
                    file.RequiredText("token_url"),
                    [("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("audience", file.RequiredText("audience")), ("scope", Scope),
                        ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"), ("subject_token_type", file.RequiredText("subject_token_type")),
                        ("subject_token", await SubjectTokenAsync(file.Member("credential_source"), cancellationToken))],
                    cancellationToken, asJson: true);
                return file.TextOf("service_account_impersonation_url") is { } impersonation ? await ImpersonateAsync(impersonation, [], federated, cancellationToken) : federated;
            case "impersonated_service_account":
                var source = await FileTokenAsync(file.Member("source_credentials"), cancellationToken);
                return await ImpersonateAsync(
                    file.RequiredText("service_account_impersonation_url"), [.. file.ItemsOf("delegates").Select(d => d.GetString()!)], source, cancellationToken);
            case var type:
                throw new SecretException(SecretErrorKind.Denied, $"has no credentials: the credentials file is of the type {type}, which is not known here");
        }
    }

    /// <summary>A claim signed with the account's key, good for an hour (RFC 7523).</summary>
    private string Assertion(JsonElement file, string audience)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var header = Encode(json =>
        {
            json.WriteString("alg"u8, "RS256"u8);
            json.WriteString("typ"u8, "JWT"u8);
            if (file.TextOf("private_key_id") is { } id) json.WriteString("kid"u8, id);
        });
        var claims = Encode(json =>
        {
            json.WriteString("iss"u8, file.RequiredText("client_email"));
            json.WriteString("scope"u8, Scope);
            json.WriteString("aud"u8, audience);
            json.WriteNumber("iat"u8, now);
            json.WriteNumber("exp"u8, now + 3600);
        });
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(file.RequiredText("private_key"));
            var signature = key.SignData(Encoding.ASCII.GetBytes($"{header}.{claims}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return $"{header}.{claims}.{Base64Url.EncodeToString(signature)}";
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new SecretException(SecretErrorKind.Denied, "has no credentials: the private key of the service account cannot be read");
        }
    }

    private static string Encode(Action<Utf8JsonWriter> members)
    {
        using var bytes = new SecretBuffer();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Base64Url.EncodeToString(bytes.Written);
    }

    /// <summary>The token of the platform that Google is to trust: in a file or behind an address, as text or as a member of JSON.</summary>
    private async ValueTask<string> SubjectTokenAsync(JsonElement source, CancellationToken cancellationToken)
    {
        string text;
        if (source.TextOf("file") is { } file)
        {
            text = await ReadSubjectAsync(file, cancellationToken);
        }
        else if (source.TextOf("url") is { } url)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (source.Member("headers") is { ValueKind: JsonValueKind.Object } headers)
                foreach (var header in headers.EnumerateObject()) request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            using var answer = await http.SendAsync(request, cancellationToken);
            if (!answer.IsSuccess) throw new SecretException(SecretErrorKind.Denied, $"has no credentials: the platform's token was answered with HTTP status {(int)answer.Status}");
            text = Encoding.UTF8.GetString(answer.Bytes);
        }
        else
        {
            throw new SecretException(
                SecretErrorKind.Denied, "has no credentials: the credentials file gets its token from neither a file nor an address, which is not known here",
                help: "for AWS or an executable, get a token by other means and name its file");
        }
        if (source.Member("format").TextOf("type") != "json") return text.Trim();
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.RequiredText(source.Member("format").RequiredText("subject_token_field_name"));
        }
        catch (JsonException)
        {
            throw new SecretException(SecretErrorKind.Denied, "has no credentials: the platform's token is no JSON");
        }
    }

    private static async ValueTask<string> ReadSubjectAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretException(
                SecretErrorKind.Denied, $"has no credentials: the platform's token {file} cannot be read ({e.GetType().Name})", help: "credential_source of the credentials file names it");
        }
    }

    private async ValueTask<Credential> ImpersonateAsync(string address, IReadOnlyList<string> delegates, Credential own, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Authorize("Bearer ", own.Token.RevealText());
        request.Content = JsonBody.Object(delegates, static (json, delegates) =>
        {
            json.WriteStartArray("scope"u8);
            json.WriteStringValue(Scope);
            json.WriteEndArray();
            if (delegates.Count == 0) return;
            json.WriteStartArray("delegates"u8);
            foreach (var one in delegates) json.WriteStringValue(one);
            json.WriteEndArray();
        });
        using var answer = await http.SendAsync(request, cancellationToken);
        if (!answer.IsSuccess) throw Refused("the service account cannot be impersonated", answer, "the identity needs iam.serviceAccounts.getAccessToken on it (roles/iam.serviceAccountTokenCreator)");
        return new Credential(
            answer.Json().SecretOf("accessToken") ?? throw new SecretException(SecretErrorKind.Malformed, "was given no token"),
            (answer.Json().TimeOf("expireTime") ?? time.GetUtcNow() + TimeSpan.FromMinutes(10)) - Margin);
    }

    private string ImpersonationOf(string account) =>
        $"{options.Variable("CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS") ?? "https://iamcredentials.googleapis.com/"}v1/projects/-/serviceAccounts/{Uri.EscapeDataString(account)}:generateAccessToken";

    private async ValueTask<Credential> MetadataTokenAsync(CancellationToken cancellationToken)
    {
        using var answer = await MetadataAsync("instance/service-accounts/default/token", cancellationToken);
        return ToCredential(answer);
    }

    private async ValueTask<HttpAnswer> MetadataAsync(string path, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://{options.Variable("GCE_METADATA_HOST") ?? "metadata.google.internal"}/{MetadataRoot}{path}");
        request.Headers.TryAddWithoutValidation("Metadata-Flavor", "Google");
        HttpAnswer answer;
        try
        {
            answer = await metadata.SendAsync(request, cancellationToken);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Unreachable)
        {
            throw new SecretException(
                SecretErrorKind.Denied, "has no credentials: there is no credentials file, and this is no machine of Google",
                help: "run `gcloud auth application-default login`, or name a file with `credentials-file` or GOOGLE_APPLICATION_CREDENTIALS");
        }
        // Anybody on the network could answer to that name; the header tells the real one.
        if (answer.IsSuccess && answer.Header("Metadata-Flavor") == "Google") return answer;
        using (answer) throw new SecretException(SecretErrorKind.Denied, "has no credentials: the metadata server gave none", help: "has the machine a service account?");
    }

    private async ValueTask<Credential> TokenAsync(string address, (string Name, string Value)[] fields, CancellationToken cancellationToken, bool asJson = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = asJson
            ? JsonBody.Object(fields, static (json, fields) =>
            {
                // The service of token exchange names its members as protocol buffers do: grant_type is grantType.
                foreach (var (name, value) in fields) json.WriteString(Camel(name), value);
            })
            : new FormUrlEncodedContent(fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)));
        using var answer = await http.SendAsync(request, cancellationToken);
        return answer.IsSuccess ? ToCredential(answer) : throw Refused("Google refuses the credentials", answer, "log in again, or replace the key");
    }

    private Credential ToCredential(HttpAnswer answer) => new(
        answer.Json().SecretOf("access_token") ?? throw new SecretException(SecretErrorKind.Malformed, "was given no token"),
        time.GetUtcNow() + TimeSpan.FromSeconds(answer.Json().NumberOf("expires_in") ?? 3600) - Margin);

    private static SecretException Refused(string what, HttpAnswer answer, string help)
    {
        var code = answer.JsonOrNone() is { ValueKind: JsonValueKind.Object } json ? json.TextOf("error") ?? json.Member("error").TextOf("status") ?? "" : "";
        var kind = (int)answer.Status switch { >= 500 => SecretErrorKind.Unreachable, 429 => SecretErrorKind.Throttled, _ => SecretErrorKind.Denied };
        return new SecretException(kind, $"has no credentials: {what} ({(code.Length is > 0 and < 60 && code.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? code : "HTTP status " + (int)answer.Status)})", help: help, retryAfter: answer.RetryAfter);
    }

    private static string Camel(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '_') text.Append(char.ToUpperInvariant(name[++i]));
            else text.Append(name[i]);
        }
        return text.ToString();
    }

    /// <summary>A credentials file, read out of bytes that are zeroed with it.</summary>
    private sealed class CredentialsJson(SecretBuffer bytes, JsonDocument document) : IDisposable
    {
        public JsonElement Root => document.RootElement;

        public void Dispose()
        {
            document.Dispose();
            bytes.Dispose();
        }
    }
}
