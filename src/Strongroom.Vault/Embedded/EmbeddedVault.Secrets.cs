using Strongroom.Secrets;
using Strongroom.Vault.Engines.Kv;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Embedded;

public sealed partial class EmbeddedVault
{
    private readonly SemaphoreSlim _updates = new(1, 1);

    /// <summary>Reads a secret. Throws NotFound when it never was, Unreadable when the version is deleted or destroyed.</summary>
    /// <param name="path">Path of the secret.</param>
    /// <param name="version">A version; null is the current one.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask<KvSecret> ReadAsync(string path, int? version, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(VaultOperation.Read, "data/", path, default, cancellationToken, version);
        return Parse(path, response);
    }

    /// <summary>Writes a new version with exactly these fields and returns its number.</summary>
    /// <param name="path">Path of the secret.</param>
    /// <param name="fields">The fields; the caller keeps their values.</param>
    /// <param name="expectedVersion">Null writes always; 0 only when there is none; else only over that version, or Conflict.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask<int> PutAsync(string path, SecretFields fields, int? expectedVersion, CancellationToken cancellationToken)
    {
        using var body = RequestBody.Data(fields, expectedVersion);
        return await SendForVersionAsync(VaultOperation.Update, "data/", path, body, cancellationToken);
    }

    /// <summary>Writes a new version from a JSON object. Throws InvalidInput when it is none.</summary>
    /// <inheritdoc cref="PutAsync(string, SecretFields, int?, CancellationToken)"/>
    public async ValueTask<int> PutJsonAsync(string path, SecretValue json, int? expectedVersion, CancellationToken cancellationToken)
    {
        using var body = RequestBody.Data(json, expectedVersion);
        return await SendForVersionAsync(VaultOperation.Update, "data/", path, body, cancellationToken);
    }

    /// <summary>Writes a new version with these fields changed and all others kept. The secret must be readable.</summary>
    /// <inheritdoc cref="PutAsync(string, SecretFields, int?, CancellationToken)"/>
    public async ValueTask<int> PatchAsync(string path, SecretFields fields, int? expectedVersion, CancellationToken cancellationToken)
    {
        using var body = RequestBody.Data(fields, expectedVersion);
        return await SendForVersionAsync(VaultOperation.Patch, "data/", path, body, cancellationToken);
    }

    /// <summary>
    /// Adds one element to each of the lists named, atomically: of many writers none is lost. A field may be absent, a list, or text
    /// that is a JSON list. The secret is made when it is not there.
    /// </summary>
    public async ValueTask<int> AppendAsync(string path, SecretFields elements, CancellationToken cancellationToken)
    {
        using var body = RequestBody.Data(elements, cas: null);
        return await SendForVersionAsync(VaultOperation.Update, "append/", path, body, cancellationToken);
    }

    /// <summary>
    /// Changes a secret by a function of its current value, atomically: when someone else wrote meanwhile, the function is asked
    /// again with the new value. It gets null when there is no readable version, and returns null to leave things as they are.
    /// Returns the version written, or the current one.
    /// </summary>
    public async ValueTask<int> UpdateAsync(string path, Func<KvSecret?, SecretFields?> change, CancellationToken cancellationToken)
    {
        await _updates.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var (found, version) = await FindAsync(path, cancellationToken);
                using var current = found;
                if (change(current) is not { } fields) return version;
                try
                {
                    return await PutAsync(path, fields, version, cancellationToken);
                }
                catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict && attempt < KvLimits.ChangeAttemptsMax)
                {
                    // Another process was faster: look again.
                }
            }
        }
        finally
        {
            _updates.Release();
        }
    }

    /// <summary>Deletes the current version softly. Throws NotFound when there is none to delete.</summary>
    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(VaultOperation.Delete, "data/", path, default, cancellationToken);
        RequireChange(response, "delete", path);
    }

    /// <summary>Deletes versions softly. Throws NotFound when none of them was there to delete.</summary>
    public ValueTask DeleteAsync(string path, IReadOnlyList<int> versions, CancellationToken cancellationToken) =>
        ChangeVersionsAsync("delete", path, versions, cancellationToken);

    /// <summary>Brings softly deleted versions back. Throws NotFound when none of them was there to bring back.</summary>
    public ValueTask UndeleteAsync(string path, IReadOnlyList<int> versions, CancellationToken cancellationToken) =>
        ChangeVersionsAsync("undelete", path, versions, cancellationToken);

    /// <summary>Removes the values of versions for good. Throws NotFound when none of them was there.</summary>
    public ValueTask DestroyAsync(string path, IReadOnlyList<int> versions, CancellationToken cancellationToken) =>
        ChangeVersionsAsync("destroy", path, versions, cancellationToken);

    /// <summary>Removes a secret with all versions and metadata, for good. Throws NotFound when there is none.</summary>
    public async ValueTask PurgeAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(VaultOperation.Delete, "metadata/", path, default, cancellationToken);
        RequireChange(response, "purge", path);
    }

    /// <summary>Writes the value of an older version as a new version and returns its number. Metadata stays.</summary>
    public async ValueTask<int> RestoreAsync(string path, int version, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(VaultOperation.Read, "fields/", path, default, cancellationToken, version);
        using var old = Parse(path, response);
        return await PutJsonAsync(path, old.Json, expectedVersion: await CurrentVersionAsync(path, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The current value, if it is readable, and the number of the current version (0 when there is none), both from one look: what
    /// a conditional write builds on.
    /// </summary>
    private async ValueTask<(KvSecret? Secret, int Version)> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(VaultOperation.Read, "fields/", path, default, cancellationToken);
            return KvSecret.Parse(path, response.Data.Span);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            return (null, 0);
        }
    }

    /// <summary>Reads many at once, whole, whatever field their addresses name; their audit records are written together.</summary>
    internal async ValueTask<(KvSecret? Secret, SecretException? Error)[]> ReadManyAsync(
        IReadOnlyList<SecretAddress> wanted, CancellationToken cancellationToken)
    {
        var requests = new VaultRequest[wanted.Count];
        for (var i = 0; i < requests.Length; i++)
            requests[i] = new VaultRequest(VaultOperation.Read, $"{Mount}data/{wanted[i].Path}", Version: wanted[i].Version?.Number);
        var answers = await _core.HandleManyAsync(_caller, requests, cancellationToken);
        var secrets = new (KvSecret?, SecretException?)[requests.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            using var response = answers[i].Response;
            secrets[i] = response is null
                ? (null, answers[i].Error)
                : KvSecret.Parse(wanted[i].Path, response.Data.Span).Secret is { } secret ? (secret, null) : (null, Unreadable(wanted[i].Path));
        }
        return secrets;
    }

    private static KvSecret Parse(string path, VaultResponse response) => KvSecret.Parse(path, response.Data.Span).Secret ?? throw Unreadable(path);

    private static SecretException Unreadable(string path) => new(
        SecretErrorKind.Unreadable, "the version is deleted or destroyed", operation: "read", name: path,
        help: "strongroom restore brings it back, and strongroom history shows its versions");

    private static void RequireChange(VaultResponse response, string operation, string path)
    {
        if (response.Sequence == 0)
            throw new SecretException(SecretErrorKind.NotFound, "there is nothing to " + operation, operation: operation, name: path);
    }

    private async ValueTask ChangeVersionsAsync(string endpoint, string path, IReadOnlyList<int> versions, CancellationToken cancellationToken)
    {
        using var body = RequestBody.Versions(versions);
        using var response = await SendAsync(VaultOperation.Update, endpoint + "/", path, body.WrittenMemory, cancellationToken);
        RequireChange(response, endpoint, path);
    }

    private async ValueTask<int> SendForVersionAsync(
        VaultOperation operation, string endpoint, string path, SecretBuffer body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(operation, endpoint, path, body.WrittenMemory, cancellationToken);
        using var value = JsonFields.Find(response.Data.Span, "version")!;
        return int.Parse(value.Reveal());
    }

    private ValueTask<VaultResponse> SendAsync(
        VaultOperation operation, string endpoint, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken, int? version = null) =>
        _core.HandleAsync(_caller, new VaultRequest(operation, $"{Mount}{endpoint}{path}", body, version), cancellationToken);
}
