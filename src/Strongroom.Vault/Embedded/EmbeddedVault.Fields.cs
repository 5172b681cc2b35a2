using Strongroom.Secrets;
using Strongroom.Vault.Engines.Kv;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Embedded;

public sealed partial class EmbeddedVault
{
    /// <summary>Writes one field and keeps all others; the secret is made when it is not there. Returns the version written.</summary>
    /// <param name="path">Path of the secret.</param>
    /// <param name="field">Name of the field.</param>
    /// <param name="value">Its new value; the caller keeps it.</param>
    /// <param name="expectedVersion">As for <see cref="PutAsync(string, SecretFields, int?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask<int> SetFieldAsync(
        string path, string field, SecretValue value, int? expectedVersion, CancellationToken cancellationToken)
    {
        var fields = new SecretFields().Set(field, value);
        for (var attempt = 1; ; attempt++)
        {
            var (found, version) = await FindAsync(path, cancellationToken);
            using var current = found;
            try
            {
                return current is null || expectedVersion == 0
                    ? await PutAsync(path, fields, expectedVersion ?? version, cancellationToken)
                    : await PatchAsync(path, fields, expectedVersion ?? version, cancellationToken);
            }
            catch (SecretException e) when (
                expectedVersion is null && attempt < KvLimits.ChangeAttemptsMax
                && (e.Kind is SecretErrorKind.Conflict or SecretErrorKind.NotFound or SecretErrorKind.Unreadable))
            {
                // Someone wrote, deleted or removed it meanwhile: look again.
            }
        }
    }

    /// <summary>Removes one field; with its last field the secret is deleted. Throws NotFound when there is no such field.</summary>
    public async ValueTask RemoveFieldAsync(string path, string field, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var current = await ReadAsync(path, version: null, cancellationToken);
            var names = current.FieldNames;
            if (!names.Contains(field))
                throw new SecretException(SecretErrorKind.NotFound, "the secret has no such field", operation: "delete", name: $"{path}#{field}");
            if (names.Count == 1)
            {
                await DeleteAsync(path, [current.Version], cancellationToken);
                return;
            }
            using var body = RequestBody.Removal(field, current.Version);
            try
            {
                await SendForVersionAsync(VaultOperation.Patch, "data/", path, body, cancellationToken);
                return;
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict && attempt < KvLimits.ChangeAttemptsMax)
            {
                // Another process wrote meanwhile: look again.
            }
        }
    }
}
