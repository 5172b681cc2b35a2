using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Unicode;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Hcp;

/// <summary>
/// One app of HCP Vault Secrets, or of a server that speaks its API. A static secret is one text; when the text is a JSON object it has
/// fields. Rotating and dynamic secrets are objects that the service makes: they are read and never written.
/// </summary>
/// <remarks>
/// The vendor's own service closed on 1 July 2026. The API has no conditional write: two programs that set fields of one secret at the
/// same time may lose one of them; within this process they wait for each other. https://developer.hashicorp.com/hcp/docs/vault-secrets
/// </remarks>
public sealed class HcpBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "hcp";

    /// <summary>The most characters of a value.</summary>
    public const int ValueCharactersMax = 5_120;

    /// <summary>The most characters of a name.</summary>
    public const int NameCharactersMax = 64;

    /// <summary>From how many names on they are read page by page instead of one by one, which costs a call each.</summary>
    private const int BatchMin = 24;

    private const int PageSize = 100;

    private readonly HcpConnection _connection;
    private readonly HcpSession _session;
    private readonly SemaphoreSlim _fieldTurn = new(1);

    private HcpBackend(HcpConnection connection, TransportFactory? transport)
    {
        _connection = connection;
        _session = new HcpSession(connection, transport);
    }

    /// <summary>Settings: see docs/reference/stores.md.</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var connection = HcpConnection.Read(settings);
        settings.ThrowOnFaults();
        return new HcpBackend(connection, settings.Transport);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override string Identity => $"{Kind} {_connection.Address.Authority} {_connection.Organization} {_connection.Project} {_connection.App}";

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete
        | BackendCapabilities.Versions | BackendCapabilities.Metadata | BackendCapabilities.Fields;

    /// <inheritdoc/>
    public override string? Instead(BackendCapabilities missing) =>
        missing is BackendCapabilities.CheckAndSet ? "its API has no conditional write: write without an expected version" : null;

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe() => _connection.Facts;

    /// <inheritdoc/>
    public override BackendPolicy LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes) => new(
        $"HCP IAM policy (JSON) of secrets/project/{_connection.Project ?? "PROJECT"}/app/{_connection.App ?? "APP"}",
        $$"""
        {"bindings": [{"role_id": "roles/secrets.{{(writes ? "app-manager" : "app-secret-reader")}}", "members": [{"member_type": "SERVICE_PRINCIPAL", "member_id": "SERVICE_PRINCIPAL_ID"}]}]}

        """);

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(address.Path, address.Version?.RequireNumber(), cancellationToken);
        return Pick(Opened(answer), address);
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var outcomes = new List<ReadOutcome>(addresses.Count);
        var wanted = addresses.Where(a => a.Version is null).ToLookup(a => a.Path);
        var found = wanted.Count < BatchMin ? [] : await OpenPagesAsync(wanted, outcomes, cancellationToken);
        outcomes.AddRange(await ParallelReads.ByObjectAsync(
            [.. addresses.Where(a => a.Version is not null || !found.Contains(a.Path))],
            async (group, same, token) =>
            {
                using var answer = await OpenAsync(group.Path, group.Version?.RequireNumber(), token);
                return [.. same.Select(address => Outcome(Opened(answer), address))];
            },
            cancellationToken));
        return outcomes;
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        string? page = null;
        do
        {
            using var answer = await _session.SendAsync(HttpMethod.Get, _ => $"/secrets?{Paging(page)}", body: null, cancellationToken);
            var json = Present(answer).Json();
            names.AddRange(json.ItemsOf("secrets").Select(s => s.RequiredText("name")).Where(name => PathPrefix.Covers(prefix, name)));
            page = NextPage(json, page);
        }
        while (page is not null);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        CheckName(address.Path);
        if (address.Field is null)
        {
            using var text = new SecretBuffer(write.Value.Length);
            text.Write(write.Value.Reveal());
            CheckValue(text.Written);
            await RequireStaticAsync(address.Path, cancellationToken);
            return await PutAsync(address.Path, text, cancellationToken);
        }
        await _fieldTurn.WaitAsync(cancellationToken);
        try
        {
            using var current = await StaticAsync(address.Path, cancellationToken);
            using var json = SecretObject.Set(current is null ? [] : ObjectOf(current), address.Field, write.Value);
            CheckValue(json.Written);
            return await PutAsync(address.Path, json, cancellationToken);
        }
        finally
        {
            _fieldTurn.Release();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        CheckName(address.Path);
        if (address.Field is null)
        {
            await RemoveAsync(address.Version is { } version ? $"/secrets/{address.Path}/versions/{version.RequireNumber()}" : $"/secrets/{address.Path}", cancellationToken);
            return;
        }
        await _fieldTurn.WaitAsync(cancellationToken);
        try
        {
            using var current = await StaticAsync(address.Path, cancellationToken) ?? throw Absent();
            using var rest = SecretObject.Remove(ObjectOf(current), address.Field) ?? throw NoSuchField();
            if (SecretObject.Names(rest.Written).Count > 0) await PutAsync(address.Path, rest, cancellationToken);
            else await RemoveAsync($"/secrets/{address.Path}", cancellationToken);
        }
        finally
        {
            _fieldTurn.Release();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        var (version, secrets) = await _session.AppAsync(cancellationToken);
        return $"{_connection.Address.Authority}, app {_connection.App}{(secrets is { } count ? $" with {count} secrets" : "")}, API {version}";
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _session.Dispose();
        _fieldTurn.Dispose();
        return base.DisposeAsync();
    }

    private static void CheckName(string name)
    {
        var isName = name.Length is > 0 and <= NameCharactersMax && (char.IsAsciiLetter(name[0]) || name[0] == '_');
        foreach (var c in name) isName &= char.IsAsciiLetterOrDigit(c) || c == '_';
        if (!isName)
            throw new SecretException(SecretErrorKind.InvalidInput, $"has a name that HCP Vault Secrets does not take", help: $"up to {NameCharactersMax} letters, digits and _, no digit first");
    }

    private static void CheckValue(ReadOnlySpan<byte> value)
    {
        if (!Utf8.IsValid(value))
            throw new SecretException(SecretErrorKind.InvalidInput, "has a value that is no text, and HCP Vault Secrets keeps only text", help: "write it in base64, or as a field");
        var characters = 0;
        foreach (var b in value)
            if ((b & 0xC0) != 0x80) characters++;
        if (characters > ValueCharactersMax)
            throw new SecretException(SecretErrorKind.InvalidInput, $"has a value of {characters} characters; HCP Vault Secrets takes {ValueCharactersMax}");
    }

    private static string Paging(string? page) =>
        $"pagination.page_size={PageSize}{(page is null ? "" : $"&pagination.next_page_token={Uri.EscapeDataString(page)}")}";

    private static string? NextPage(JsonElement json, string? page) => json.Member("pagination").TextOf("next_page_token") is { Length: > 0 } next && next != page ? next : null;

    /// <summary>
    /// Reads page by page while pages bring mostly what is wanted: pages come one after the other, single reads side by side. Returns the
    /// names seen.
    /// </summary>
    private async ValueTask<HashSet<string>> OpenPagesAsync(ILookup<string, SecretAddress> wanted, List<ReadOutcome> outcomes, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>();
        string? page = null;
        // Opening a dynamic secret makes a credential; only those that were asked for are opened, one by one.
        do
        {
            var before = found.Count;
            using var answer = await _session.SendAsync(
                HttpMethod.Get, version => $"{(version == HcpConnection.Older ? "/open?" : "/secrets:open?types=kv&types=rotating&")}{Paging(page)}", body: null, cancellationToken);
            var json = Present(answer).Json();
            foreach (var secret in json.ItemsOf("secrets"))
            {
                var name = secret.RequiredText("name");
                if (!wanted.Contains(name) || !found.Add(name)) continue;
                outcomes.AddRange(wanted[name].Select(address => Outcome(secret, address)));
            }
            page = found.Count - before >= PageSize / 2 ? NextPage(json, page) : null;
        }
        while (page is not null && found.Count < wanted.Count);
        return found;
    }

    private ValueTask<HttpAnswer> OpenAsync(string name, int? version, CancellationToken cancellationToken)
    {
        CheckName(name);
        var part = version is { } number ? $"/versions/{number.ToString(CultureInfo.InvariantCulture)}" : "";
        return _session.SendAsync(
            HttpMethod.Get, api => api == HcpConnection.Older ? $"/open/{name}{part}" : $"/secrets/{name}{part}:open", body: null, cancellationToken);
    }

    private static HttpAnswer Present(HttpAnswer answer) => answer.Status == HttpStatusCode.NotFound ? throw Absent() : answer;

    /// <summary>The secret of an answer: alone, or a version of it, which some answers do not wrap.</summary>
    private static JsonElement Opened(HttpAnswer answer)
    {
        var json = Present(answer).Json();
        return json.Member("secret") is { ValueKind: JsonValueKind.Object } secret ? secret : json;
    }

    private static ReadOutcome Outcome(JsonElement secret, SecretAddress address)
    {
        try
        {
            return new ReadOutcome(address, Pick(secret, address), Error: null);
        }
        catch (SecretException e)
        {
            return new ReadOutcome(address, Secret: null, e);
        }
    }

    /// <summary>The value by the type of the secret: the member for the type is there, the others are not.</summary>
    private static StoredSecret Pick(JsonElement secret, SecretAddress address)
    {
        foreach (var member in (ReadOnlySpan<string>)["static_version", "version", "rotating_version", "dynamic_instance"])
        {
            if (secret.Member(member) is not { ValueKind: JsonValueKind.Object } version) continue;
            var number = version.NumberOf("version");
            return new StoredSecret(
                member is "rotating_version" or "dynamic_instance" ? OfValues(version, address.Field) : OfText(version, address.Field),
                number is > 0 and <= int.MaxValue ? (SecretVersion)(int)number : null, version.TimeOf("created_at") ?? secret.TimeOf("created_at"));
        }
        throw new SecretException(SecretErrorKind.Malformed, "was answered with a secret of no type that is known");
    }

    private static SecretValue OfText(JsonElement version, string? field)
    {
        // JSON of protocol buffers leaves out a text that is empty.
        var value = version.SecretOf("value") ?? SecretValue.FromBytes([]);
        if (field is null) return value;
        using (value) return SecretObject.IsObject(value.Reveal()) ? SecretObject.Find(value.Reveal(), field) ?? throw NoSuchField() : throw NoSuchField();
    }

    private static SecretValue OfValues(JsonElement version, string? field)
    {
        if (version.Member("values") is not { ValueKind: JsonValueKind.Object } values)
            throw new SecretException(SecretErrorKind.Unreadable, "has a version without values: it was revoked");
        return SecretObject.Find(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(values), field) ?? throw NoSuchField();
    }

    /// <summary>The text of a static secret; null when there is no secret.</summary>
    private async ValueTask<SecretValue?> StaticAsync(string name, CancellationToken cancellationToken)
    {
        if (!await RequireStaticAsync(name, cancellationToken)) return null;
        using var answer = await OpenAsync(name, version: null, cancellationToken);
        return answer.Status == HttpStatusCode.NotFound ? null : Pick(Opened(answer), new SecretAddress(name)).Value;
    }

    /// <summary>Looks at the metadata, for opening a dynamic secret would make a credential. Returns whether there is a secret.</summary>
    private async ValueTask<bool> RequireStaticAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await _session.SendAsync(HttpMethod.Get, _ => $"/secrets/{name}", body: null, cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound) return false;
        var secret = answer.Json().Member("secret");
        if (secret.Member("rotating_version").ValueKind != JsonValueKind.Object && secret.Member("dynamic_config").ValueKind != JsonValueKind.Object && secret.TextOf("type") is null or "kv" or "static")
            return true;
        throw new SecretException(
            SecretErrorKind.Unsupported, $"is a {(secret.TextOf("type") is "rotating" or "dynamic" ? secret.TextOf("type") : "rotating or dynamic")} secret, and the service makes its values", help: "rotate it there, or write under another name");
    }

    private static ReadOnlySpan<byte> ObjectOf(SecretValue current)
    {
        var text = current.Reveal();
        if (text.IsEmpty || SecretObject.IsObject(text)) return text;
        throw new SecretException(SecretErrorKind.InvalidInput, "holds one text and no fields", help: "leave the field out, or delete the secret first");
    }

    private async ValueTask<WriteReceipt> PutAsync(string name, SecretBuffer text, CancellationToken cancellationToken)
    {
        using var answer = await _session.SendAsync(
            HttpMethod.Post, version => version == HcpConnection.Older ? "/kv" : "/secret/kv",
            () => JsonBody.Object((name, text), static (writer, secret) =>
            {
                writer.WriteString("name", secret.name);
                writer.WriteString("value", secret.text.Written);
            }),
            cancellationToken);
        var written = Present(answer).Json().Member("secret").NumberOf("latest_version");
        return new WriteReceipt(written is > 0 and <= int.MaxValue ? (SecretVersion)(int)written : null);
    }

    private async ValueTask RemoveAsync(string rest, CancellationToken cancellationToken)
    {
        using var answer = await _session.SendAsync(HttpMethod.Delete, _ => rest, body: null, cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound) throw Absent();
    }

    private static SecretException Absent() => new(SecretErrorKind.NotFound, "is not there");

    private static SecretException NoSuchField() => new(SecretErrorKind.NotFound, "has no such field");
}
