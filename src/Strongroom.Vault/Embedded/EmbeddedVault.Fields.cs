using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Embedded;

public sealed partial class EmbeddedVault
{
    /// <summary>
    /// Replaces one field and keeps all others, atomically; the secret is made when there is no readable version. Returns the version
    /// written.
    /// </summary>
    /// <param name="path">Path of the secret.</param>
    /// <param name="field">Name of the field.</param>
    /// <param name="value">Its new value; the caller keeps it.</param>
    /// <param name="expectedVersion">As for <see cref="PutAsync(string, SecretFields, int?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask<int> SetFieldAsync(
        string path, string field, SecretValue value, int? expectedVersion, CancellationToken cancellationToken)
    {
        using var body = RequestBody.Data(new SecretFields().Set(field, value), expectedVersion);
        return await SendForVersionAsync(VaultOperation.Update, "fields/", path, body, cancellationToken);
    }

    /// <summary>Removes one field; with its last field the secret is deleted. Throws NotFound when there is no such field.</summary>
    public async ValueTask RemoveFieldAsync(string path, string field, CancellationToken cancellationToken)
    {
        using var body = RequestBody.Field(field);
        using var response = await SendAsync(VaultOperation.Delete, "fields/", path, body.WrittenMemory, cancellationToken);
    }
}
