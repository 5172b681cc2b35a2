using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Gcp;

/// <summary>
/// Google Secret Manager. The path of an address is the id of a secret, or its resource name (<c>projects/p/secrets/id</c>) in another
/// project; a secret that is a JSON object has fields; a version is a number or an alias. What is read and written is checked by CRC32C.
/// </summary>
public sealed class GcpBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "gcp";

    /// <summary>The longest value, in bytes.</summary>
    public const int ValueBytesMax = 65536;

    private const int PageSize = 1000;
    private const string EndpointVariable = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER";

    private readonly GcpOptions _options;
    private readonly HttpCaller _http;
    private readonly HttpCaller _metadata;
    private readonly GcpCredentials _credentials;
    private readonly CredentialKeeper _keeper;
    private readonly GcpCalls _calls;
    private string? _project;

    internal GcpBackend(GcpOptions options, TransportFactory? transport, TimeProvider time)
    {
        _options = options;
        _http = new HttpCaller(transport, time);
        _metadata = new HttpCaller(transport ?? HttpCaller.NewDirectTransport, time);
        _credentials = new GcpCredentials(options, _http, _metadata, time);
        _keeper = new CredentialKeeper(_credentials.ObtainAsync, time);
        _calls = new GcpCalls(_ => new(Endpoint), _http, _keeper);
    }

    /// <summary>
    /// Settings: <c>project</c>, <c>location</c>, <c>credentials-file</c>, <c>impersonate</c>, <c>endpoint</c>, <c>replicas</c>,
    /// <c>removal</c> (<c>delete</c>, <c>disable</c> or <c>destroy</c>). What is not set comes from Google's usual variables and files.
    /// </summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var options = new GcpOptions(
            settings.Text("project"), settings.Text("location"), settings.Text("credentials-file") is null ? null : settings.FullPath("credentials-file"),
            settings.Text("impersonate"), settings.Text("endpoint"),
            [.. (settings.Text("replicas") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            settings.Choice("removal", "delete", "delete", "disable", "destroy"), settings.Environment);
        if ((options.Endpoint ?? options.Variable(EndpointVariable)) is { } address && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http")) settings.Fault($"{(options.Endpoint is null ? EndpointVariable : "endpoint")} must be an address with https://");
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("project", options.KnownProject()?.Value), ("location", options.Location)])
            if (value is not null && !IsPlace(value)) settings.Fault($"{name} must be letters, digits and hyphens");
        if (options is { Location: not null, Replicas.Count: > 0 }) settings.Fault("replicas and location exclude each other");
        settings.ThrowOnFaults();
        return new GcpBackend(options, settings.Transport, settings.Time);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete | BackendCapabilities.Versions
        | BackendCapabilities.Metadata | BackendCapabilities.Fields;

    /// <inheritdoc/>
    public override string Identity => $"gcp {_options.KnownProject()?.Value} {_options.Location} {Endpoint} {_options.File().Path} {_options.Impersonate}";

    private Uri Endpoint => new(
        _options.Endpoint ?? _options.Variable(EndpointVariable)
        ?? (_options.Location is { } location ? $"https://secretmanager.{location}.rep.googleapis.com/" : "https://secretmanager.googleapis.com/"));

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe()
    {
        var (file, source, isNamed) = _options.File();
        return
        [
            _options.KnownProject() is var (project, from)
                ? new BackendFact("project", project, from)
                : new BackendFact("project", "the one of the credentials", "credentials"),
            isNamed || File.Exists(file)
                ? new BackendFact("credentials", File.Exists(file) ? file : null, source, File.Exists(file) ? null : $"there is no file {file}")
                : new BackendFact("credentials", "service account of the machine", "metadata server"),
            .. _options.Impersonate is { } account ? [new BackendFact("impersonate", account, "setting impersonate")] : (ReadOnlySpan<BackendFact>)[],
        ];
    }

    /// <inheritdoc/>
    public override BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes)
    {
        var project = _options.KnownProject()?.Value ?? "PROJECT";
        var place = $"--project={project}{(_options.Location is { } location ? $" --location={location}" : "")}";
        var text = new StringBuilder("# MEMBER is who asks, as serviceAccount:NAME@PROJECT.iam.gserviceaccount.com\n");
        foreach (var path in addresses.Select(a => a.Path).Distinct().Order(StringComparer.Ordinal))
        {
            CheckName(path);
            foreach (var role in (ReadOnlySpan<string>)(writes ? ["secretAccessor", "secretVersionManager"] : ["secretAccessor"]))
                text.Append("gcloud secrets add-iam-policy-binding ").Append(path).Append(' ').Append(place).Append(" --member=\"$MEMBER\" --role=roles/secretmanager.").Append(role).Append('\n');
        }
        if (writes) text.Append($"# To make and delete secrets, and not only versions: roles/secretmanager.admin on the project, with a condition on resource.name.\n");
        return new BackendPolicy("gcloud commands", text.ToString());
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var (whole, version) = await AccessAsync(address.Path, address.Version?.ToString() ?? "latest", cancellationToken);
        return new StoredSecret(SecretPayload.Take(whole, address.Field), version);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) =>
        ParallelReads.ByObjectAsync(
            addresses,
            async (secret, wanted, token) =>
            {
                var (whole, version) = await AccessAsync(secret.Path, secret.Version?.ToString() ?? "latest", token);
                using (whole) return [.. wanted.Select(address => Outcome(address, whole, version))];
            },
            cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var parent = await ParentAsync(cancellationToken);
        var names = new List<string>();
        string? next = null;
        do
        {
            var page = next is null ? "" : "&pageToken=" + Uri.EscapeDataString(next);
            using var answer = await _calls.CallAsync(
                HttpMethod.Get, $"v1/{parent}/secrets?pageSize={PageSize}{page}", "secretmanager.secrets.list", members: null, cancellationToken);
            foreach (var secret in answer.Json().ItemsOf("secrets"))
            {
                var name = secret.RequiredText("name");
                name = name[(name.LastIndexOf('/') + 1)..];
                if (PathPrefix.Covers(prefix, name)) names.Add(name);
            }
            next = answer.Json().TextOf("nextPageToken");
        }
        while (!string.IsNullOrEmpty(next));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        CheckLength(write.Value);
        using var existing = SecretPayload.Merges(address.Field, write.Value) ? await FindAsync(address, cancellationToken) : null;
        using var whole = SecretPayload.With(existing, address.Field, write.Value);
        return new WriteReceipt(await AddVersionAsync(address.Path, whole, cancellationToken));
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        if (address.Field is { } field)
        {
            using var existing = (await AccessAsync(address.Path, "latest", cancellationToken)).Whole;
            using var rest = SecretPayload.Without(existing, field);
            await AddVersionAsync(address.Path, rest, cancellationToken);
            return;
        }
        var name = await NameAsync(address.Path, cancellationToken);
        if (_options.Removal == "delete")
        {
            (await _calls.CallAsync(HttpMethod.Delete, "v1/" + name, "secretmanager.secrets.delete", members: null, cancellationToken)).Dispose();
            return;
        }
        using var latest = await _calls.CallAsync(HttpMethod.Get, $"v1/{name}/versions/latest", "secretmanager.versions.get", members: null, cancellationToken);
        var version = VersionOf(latest.Json());
        var etag = latest.Json().TextOf("etag");
        (await _calls.CallAsync(HttpMethod.Post, $"v1/{name}/versions/{version}:{_options.Removal}", $"secretmanager.versions.{_options.Removal}", json =>
        {
            if (etag is not null) json.WriteString("etag"u8, etag);
        }, cancellationToken)).Dispose();
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        var parent = await ParentAsync(cancellationToken);
        var listing = "may list";
        try
        {
            (await _calls.CallAsync(HttpMethod.Get, $"v1/{parent}/secrets?pageSize=1", "secretmanager.secrets.list", members: null, cancellationToken)).Dispose();
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Denied && e.Help?.Contains("secretmanager.secrets.list", StringComparison.Ordinal) == true)
        {
            listing = "may not list (secretmanager.secrets.list), which reading by name does not need";
        }
        return $"{parent} as {_credentials.Account() ?? "the machine's service account"}; {listing}";
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _keeper.Dispose();
        _http.Dispose();
        _metadata.Dispose();
        return base.DisposeAsync();
    }

    private async ValueTask<(SecretValue Whole, SecretVersion Version)> AccessAsync(string path, string version, CancellationToken cancellationToken)
    {
        var name = await NameAsync(path, cancellationToken);
        using var answer = await _calls.CallAsync(
            HttpMethod.Get, $"v1/{name}/versions/{Uri.EscapeDataString(version)}:access", "secretmanager.versions.access", members: null, cancellationToken);
        var payload = answer.Json().Member("payload");
        // An empty value has no member at all: protocol buffers leave out what is empty.
        byte[] bytes = [];
        if (payload.Member("data") is { ValueKind: not JsonValueKind.Undefined } data && !(data.ValueKind == JsonValueKind.String && data.TryGetBytesFromBase64(out bytes!)))
            throw new SecretException(SecretErrorKind.Malformed, "was answered with a value that is no base64");
        try
        {
            if (payload.NumberOf("dataCrc32c") != Crc32C(bytes))
                throw new SecretException(SecretErrorKind.Malformed, "was answered with a value whose checksum is wrong or missing: it was damaged on the way");
            return (SecretValue.FromBytes(bytes), VersionOf(answer.Json()));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>What is there, if a write can do without it; a field of something that cannot be read cannot be set.</summary>
    private async ValueTask<SecretValue?> FindAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return (await AccessAsync(address.Path, "latest", cancellationToken)).Whole;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound || (e.Kind == SecretErrorKind.Unreadable && address.Field is null))
        {
            return null;
        }
    }

    private async ValueTask<SecretVersion> AddVersionAsync(string path, SecretValue whole, CancellationToken cancellationToken)
    {
        CheckLength(whole);
        var name = await NameAsync(path, cancellationToken);
        for (var isNew = false; ; isNew = true)
        {
            try
            {
                using var answer = await _calls.CallAsync(HttpMethod.Post, $"v1/{name}:addVersion", "secretmanager.versions.add", json =>
                {
                    json.WriteStartObject("payload"u8);
                    json.WriteBase64String("data"u8, whole.Reveal());
                    json.WriteString("dataCrc32c"u8, Crc32C(whole.Reveal()).ToString(System.Globalization.CultureInfo.InvariantCulture));
                    json.WriteEndObject();
                }, cancellationToken);
                if (!answer.Json().IsTrue("clientSpecifiedPayloadChecksum"))
                    throw new SecretException(SecretErrorKind.Malformed, "was written, but Google did not confirm its checksum", help: "read it back before you rely on it");
                return VersionOf(answer.Json());
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound && !isNew)
            {
                await MakeSecretAsync(name, cancellationToken);
            }
        }
    }

    private static void CheckLength(SecretValue whole)
    {
        if (whole.Length > ValueBytesMax) throw new SecretException(SecretErrorKind.InvalidInput, $"would have {whole.Length} bytes; the limit of Google is {ValueBytesMax}");
    }

    private async ValueTask MakeSecretAsync(string name, CancellationToken cancellationToken)
    {
        var slash = name.LastIndexOf('/');
        try
        {
            (await _calls.CallAsync(HttpMethod.Post, $"v1/{name[..slash]}?secretId={name[(slash + 1)..]}", "secretmanager.secrets.create", json =>
            {
                // A regional secret lives in one place, and has no replication.
                if (_options.Location is not null) return;
                json.WriteStartObject("replication"u8);
                json.WriteStartObject(_options.Replicas.Count > 0 ? "userManaged"u8 : "automatic"u8);
                if (_options.Replicas.Count > 0)
                {
                    json.WriteStartArray("replicas"u8);
                    foreach (var location in _options.Replicas)
                    {
                        json.WriteStartObject();
                        json.WriteString("location"u8, location);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                }
                json.WriteEndObject();
                json.WriteEndObject();
            }, cancellationToken)).Dispose();
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict)
        {
            // Somebody else made it meanwhile.
        }
    }

    private async ValueTask<string> NameAsync(string path, CancellationToken cancellationToken)
    {
        CheckName(path);
        return IsResourceName(path) ? path : $"{await ParentAsync(cancellationToken)}/secrets/{path}";
    }

    private static bool IsResourceName(string path) => path.StartsWith("projects/", StringComparison.Ordinal);

    private static void CheckName(string path)
    {
        if (!IsResourceName(path))
        {
            if (!IsId(path)) throw new SecretException(SecretErrorKind.InvalidInput, "has a name that Google does not take: 1 to 255 letters, digits, hyphens and underscores", name: path);
            return;
        }
        var isName = path.Split('/') is [_, var project, .. var rest] && rest is ["secrets", _] or ["locations", _, "secrets", _] && IsId(rest[^1]) && IsPlace(project) && (rest.Length == 2 || IsPlace(rest[1]));
        if (!isName) throw new SecretException(SecretErrorKind.InvalidInput, "is no resource name of a secret: projects/PROJECT/secrets/ID", name: path);
    }

    /// <summary>True for a project or location. A project of an organization may begin with its domain.</summary>
    private static bool IsPlace(string name)
    {
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or ':')) return false;
        return name is not ("" or "." or "..");
    }

    private async ValueTask<string> ParentAsync(CancellationToken cancellationToken)
    {
        if (_project is null)
        {
            var project = await _credentials.ProjectAsync(cancellationToken);
            _project = IsPlace(project) ? project : throw new SecretException(SecretErrorKind.Malformed, "was told a project that is none", help: "set `project` in the store");
        }
        return _options.Location is { } location ? $"projects/{_project}/locations/{location}" : $"projects/{_project}";
    }

    private static ReadOutcome Outcome(SecretAddress address, SecretValue whole, SecretVersion version)
    {
        try
        {
            return new ReadOutcome(address, new StoredSecret(SecretPayload.Take(whole.Copy(), address.Field), version), Error: null);
        }
        catch (SecretException e)
        {
            return new ReadOutcome(address, Secret: null, e);
        }
    }

    private static SecretVersion VersionOf(JsonElement item)
    {
        var name = item.RequiredText("name");
        return SecretVersion.Parse(name[(name.LastIndexOf('/') + 1)..]);
    }

    private static bool IsId(string id)
    {
        if (id.Length is 0 or > 255) return false;
        foreach (var c in id)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')) return false;
        return true;
    }

    /// <summary>The checksum by Castagnoli, as Google wants it: an unsigned number.</summary>
    private static long Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
