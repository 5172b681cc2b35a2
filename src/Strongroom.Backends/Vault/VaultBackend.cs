using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Client;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Vault;

/// <summary>
/// A KV engine of HashiCorp Vault, OpenBao or a Strongroom server. A secret is an object of fields. Which version the engine has is
/// asked of the server unless a setting says it. Writes keep the other fields and name the version that they replace, so that no
/// concurrent writer is lost (KV version 2).
/// </summary>
/// <remarks>https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2</remarks>
public sealed class VaultBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "vault";

    /// <summary>How often a write starts over because another writer was faster.</summary>
    private const int WriteAttemptsMax = 8;

    private const int ListingsMax = 16;

    private readonly VaultConnection _connection;
    private readonly VaultSession _session;
    private int _kvVersion;

    private VaultBackend(VaultConnection connection, TransportFactory? transport)
    {
        _connection = connection;
        _session = new VaultSession(connection, transport);
        _kvVersion = connection.KvVersion;
    }

    /// <summary>Settings: see docs/reference/stores.md.</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var connection = VaultConnection.Read(settings);
        settings.ThrowOnFaults();
        return new VaultBackend(connection, settings.Transport);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override string Identity =>
        $"{Kind} {_connection.Client.Address.AbsoluteUri} {_connection.Client.Namespace} {_connection.Mount} {_connection.Method} {_connection.Role}{_connection.RoleId}{_connection.UserName}";

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete | BackendCapabilities.Fields
        | (_connection.KvVersion == 1 ? BackendCapabilities.None : BackendCapabilities.Versions | BackendCapabilities.CheckAndSet | BackendCapabilities.Metadata);

    /// <inheritdoc/>
    public override string? Instead(BackendCapabilities missing) =>
        missing is BackendCapabilities.Versions or BackendCapabilities.CheckAndSet ? "only KV version 2 keeps versions: strongroom secrets enable -version=2 kv" : null;

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe() => _connection.Facts;

    /// <inheritdoc/>
    public override BackendPolicy LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes)
    {
        var policy = new StringBuilder();
        var prefix = _connection.KvVersion == 1 ? "" : "data/";
        policy.Append("# Finding out the version of the engine needs no rule of its own: any rule below the mount grants it.\n");
        foreach (var path in addresses.Select(a => a.Path).Distinct().Order(StringComparer.Ordinal))
        {
            // In a policy some characters are patterns or end the text, and nothing can take that from them.
            if (path.AsSpan().IndexOfAny("\"\\*+{}") >= 0)
                throw new SecretException(SecretErrorKind.InvalidInput, "cannot stand in a policy, where \" \\ * + { } have a meaning of their own", name: path);
            Rule($"{_connection.Mount}/{prefix}{path}", writes ? "\"create\", \"read\", \"update\"" : "\"read\"");
        }
        return new BackendPolicy("Vault policy (HCL)", policy.ToString());

        void Rule(string path, string capabilities) =>
            policy.Append(CultureInfo.InvariantCulture, $"path \"{path}\" {{\n  capabilities = [{capabilities}]\n}}\n");
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        using var found = await FetchAsync(address.Path, address.Version?.RequireNumber(), cancellationToken);
        return Pick(found, address);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) =>
        ParallelReads.ByObjectAsync(
            addresses,
            async (group, wanted, token) =>
            {
                using var found = await FetchAsync(group.Path, group.Version?.RequireNumber(), token);
                return [.. wanted.Select(address => Outcome(found, address))];
            },
            cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var root = await RootAsync("metadata/", cancellationToken);
        var paths = new ConcurrentBag<string>();
        var cut = prefix.LastIndexOf('/') + 1;
        List<string> folders = [prefix[..cut]];
        while (folders.Count > 0)
        {
            var below = new ConcurrentBag<string>();
            await Parallel.ForEachAsync(
                folders, new ParallelOptions { MaxDegreeOfParallelism = ListingsMax, CancellationToken = cancellationToken },
                async (folder, token) =>
                {
                    foreach (var name in await ListFolderAsync(root + folder, token))
                    {
                        var path = folder + name;
                        if (!name.EndsWith('/'))
                        {
                            if (PathPrefix.Covers(prefix, path)) paths.Add(path);
                        }
                        else if (PathPrefix.Covers(prefix, path) || PathPrefix.Covers(prefix, path[..^1]))
                        {
                            below.Add(path);
                        }
                    }
                });
            folders = [.. below];
        }
        return [.. paths.Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        var field = address.Field ?? SecretAddress.DefaultField;
        return await ChangeAsync(
            address.Path, write.ExpectedVersion?.RequireNumber(), json => SecretObject.Set(json, field, write.Value), cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        // The server deletes what is not there without a word.
        using (var found = await FetchAsync(address.Path, address.Version?.RequireNumber(), cancellationToken))
        {
            if (found.Json.ValueKind == JsonValueKind.Undefined) throw Absent(found);
            if (address.Field is { } field && SecretObject.Remove(Raw(found.Json), field) is { } rest)
            {
                using (rest)
                {
                    if (SecretObject.Names(rest.Written).Count > 0)
                    {
                        await ChangeAsync(
                            address.Path, expected: null,
                            json => SecretObject.Remove(json, field) ?? throw NoSuchField(), cancellationToken);
                        return;
                    }
                }
            }
            else if (address.Field is not null)
            {
                throw NoSuchField();
            }
        }
        var root = await RootAsync(address.Version is null ? "data/" : "delete/", cancellationToken);
        var call = address.Version is { } version
            ? new VaultCall("POST", root + address.Path) { Body = Encoding.UTF8.GetBytes($"{{\"versions\":[{version}]}}") }
            : new VaultCall("DELETE", root + address.Path);
        using var reply = await _session.SendAsync(call, cancellationToken);
        if (!reply.IsSuccess) throw VaultSession.Failure(reply);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        var who = await _session.WhoAsync(cancellationToken);
        var version = await KvVersionAsync(cancellationToken);
        return $"{_connection.Client.Address.GetLeftPart(UriPartial.Path).TrimEnd('/')}, KV version {version} at {_connection.Mount}/, {who}";
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _session.Dispose();
        return base.DisposeAsync();
    }

    private static ReadOutcome Outcome(in Found found, SecretAddress address)
    {
        try
        {
            return new ReadOutcome(address, Pick(found, address), Error: null);
        }
        catch (SecretException e)
        {
            return new ReadOutcome(address, Secret: null, e);
        }
    }

    private static StoredSecret Pick(in Found found, SecretAddress address)
    {
        if (found.Json.ValueKind == JsonValueKind.Undefined) throw Absent(found);
        var value = SecretObject.Find(Raw(found.Json), address.Field) ?? throw NoSuchField();
        return new StoredSecret(value, found.Version > 0 ? found.Version : null, found.CreatedAt);
    }

    private static SecretException Absent(in Found found) => found.Version == 0
        ? new SecretException(SecretErrorKind.NotFound, "is not there")
        : new SecretException(
            SecretErrorKind.Unreadable, $"has a version {found.Version} that is deleted or destroyed", help: "undelete it, or write a new version");

    private static SecretException NoSuchField() => new(SecretErrorKind.NotFound, "has no such field");

    private static ReadOnlySpan<byte> Raw(JsonElement json) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(json);

    /// <summary>Reads a version of a secret, or what the server tells of one that has no value.</summary>
    private async ValueTask<Found> FetchAsync(string path, int? version, CancellationToken cancellationToken)
    {
        var root = await RootAsync("data/", cancellationToken);
        var isVersioned = _kvVersion == 2;
        if (version is not null && !isVersioned)
            throw new SecretException(SecretErrorKind.Unsupported, "asks for a version, and this engine keeps none", help: "it is KV version 1: leave the version out");
        var call = new VaultCall("GET", root + path);
        if (version is { } number) call = call with { Query = [new("version", number.ToString(CultureInfo.InvariantCulture))] };
        var reply = await _session.SendAsync(call, cancellationToken);
        try
        {
            if (!reply.IsSuccess && reply.Status != HttpStatusCode.NotFound) throw VaultSession.Failure(reply);
            if (!isVersioned) return new Found(reply, Version: 0, CreatedAt: null, reply.IsSuccess ? Required(reply.Data) : default);
            // A deleted version is answered with 404 and its metadata; one that never was with 404 alone.
            var metadata = reply.Data.Member("metadata");
            var json = reply.Data.Member("data");
            if (reply.IsSuccess && metadata.NumberOf("version") is null) throw Malformed();
            return new Found(
                reply, (int)(metadata.NumberOf("version") ?? 0), metadata.TimeOf("created_time"),
                reply.IsSuccess && json.ValueKind != JsonValueKind.Null ? Required(json) : default);
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    private static JsonElement Required(JsonElement json) => json.ValueKind == JsonValueKind.Object ? json : throw Malformed();

    private static SecretException Malformed() => new(SecretErrorKind.Malformed, "was answered with something that no KV engine answers");

    /// <summary>Reads, changes and writes back, on the condition that nobody wrote in between; starts over when somebody did.</summary>
    private async ValueTask<WriteReceipt> ChangeAsync(
        string path, int? expected, Change change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var found = await FetchAsync(path, version: null, cancellationToken);
            var exists = found.Json.ValueKind != JsonValueKind.Undefined;
            if (expected is not null && _kvVersion != 2)
                throw new SecretException(SecretErrorKind.Unsupported, "cannot be written on a condition: this engine is KV version 1", help: "write without an expected version");
            // Over a deleted version, "there is none" is true, and its number is the one to write over.
            if (expected is { } wanted && wanted != (exists ? found.Version : 0)) throw Changed(found);
            using var json = change(exists ? Raw(found.Json) : default);
            using var body = WriteBody(json, found.Version);
            var root = await RootAsync("data/", cancellationToken);
            using var reply = await _session.SendAsync(new VaultCall("POST", root + path) { Body = body.WrittenMemory }, cancellationToken);
            if (reply.IsSuccess) return new WriteReceipt(reply.Data.NumberOf("version") is { } version ? (int)version : null);
            if (reply.Status != HttpStatusCode.BadRequest || _kvVersion != 2) throw VaultSession.Failure(reply);

            // A version that does not match is answered with 400 like any bad input; whether it does, another look tells.
            using var now = await FetchAsync(path, version: null, cancellationToken);
            if (now.Version == found.Version) throw VaultSession.Failure(reply);
            if (expected is not null || attempt == WriteAttemptsMax) throw Changed(now);
        }
    }

    private SecretBuffer WriteBody(SecretBuffer json, int version)
    {
        var body = new SecretBuffer(json.Length + 64);
        if (_kvVersion == 1)
        {
            body.Write(json.Written);
            return body;
        }
        body.Write(Encoding.UTF8.GetBytes($"{{\"options\":{{\"cas\":{version}}},\"data\":"));
        body.Write(json.Written);
        body.Write("}"u8);
        return body;
    }

    private static SecretException Changed(in Found found) =>
        new(SecretErrorKind.Conflict, found.Json.ValueKind == JsonValueKind.Undefined ? "is not there any more" : $"is at version {found.Version} by now");

    private async ValueTask<IReadOnlyList<string>> ListFolderAsync(string path, CancellationToken cancellationToken)
    {
        using var reply = await _session.SendAsync(new VaultCall(VaultCall.List, path), cancellationToken);
        // An empty folder and one that is not there are the same to the server.
        if (reply.Status == HttpStatusCode.NotFound) return [];
        if (!reply.IsSuccess) throw VaultSession.Failure(reply);
        if (reply.Data.Member("keys").ValueKind != JsonValueKind.Array) throw Malformed();
        return [.. reply.Data.ItemsOf("keys").Select(key => key.GetString() ?? throw Malformed())];
    }

    /// <summary>The path of the mount, with the part that only version 2 has.</summary>
    private async ValueTask<string> RootAsync(string part, CancellationToken cancellationToken) =>
        await KvVersionAsync(cancellationToken) == 2 ? $"{_connection.Mount}/{part}" : $"{_connection.Mount}/";

    private async ValueTask<int> KvVersionAsync(CancellationToken cancellationToken)
    {
        if (_kvVersion != 0) return _kvVersion;
        using var reply = await _session.SendAsync(new VaultCall("GET", $"sys/internal/ui/mounts/{_connection.Mount}"), cancellationToken);
        if (!reply.IsSuccess) throw VaultSession.Failure(reply);
        var type = reply.Data.TextOf("type");
        if (type is not ("kv" or "generic"))
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, $"needs a KV engine, and {_connection.Mount}/ is {(type is null ? "something else" : type)}", help: "set mount to that of a KV engine");
        }
        return _kvVersion = reply.Data.Member("options").TextOf("version") is "2" ? 2 : 1;
    }

    /// <summary>Makes the new object of a secret from the one there is, or from nothing.</summary>
    private delegate SecretBuffer Change(ReadOnlySpan<byte> json);

    /// <summary>What the server has at a path. Without JSON there is no value; without version it never was, or the engine counts none.</summary>
    private readonly record struct Found(VaultReply Reply, int Version, DateTimeOffset? CreatedAt, JsonElement Json) : IDisposable
    {
        public void Dispose() => Reply.Dispose();
    }
}
