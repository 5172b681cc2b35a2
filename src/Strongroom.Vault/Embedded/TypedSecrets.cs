using System.Globalization;
using Strongroom.Secrets;

namespace Strongroom.Vault.Embedded;

/// <summary>How often and when a typed secret was last changed.</summary>
/// <param name="At">When its secret part last changed, if it says so.</param>
/// <param name="Count">How often it has changed since it was made.</param>
public readonly record struct RotationStamp(DateTimeOffset? At, int Count);

/// <summary>A login to a database.</summary>
public sealed record DatabaseCredentials(string Host, int Port, string Database, string Username, SecretValue Password, RotationStamp Rotation = default);

/// <summary>An API key and the one before it, which a provider may still accept.</summary>
public sealed record ApiKeyCredentials(SecretValue ApiKey, SecretValue? PreviousApiKey, RotationStamp Rotation = default);

/// <summary>Access to a bucket of an object store.</summary>
public sealed record StorageCredentials(string AccessKey, SecretValue SecretKey, string Endpoint, string Bucket, RotationStamp Rotation = default);

/// <summary>
/// Secrets with agreed field names. Writing keeps fields it does not know, sets <c>rotation_timestamp</c> and, when the secret part
/// changed, counts <c>rotation_count</c> up, all in one atomic step. Reading reports all missing fields at once.
/// </summary>
public sealed class TypedSecrets(EmbeddedVault vault, TimeProvider time)
{
    private const string TimestampField = "rotation_timestamp";
    private const string CountField = "rotation_count";

    /// <summary>Reads <c>host, port, database, username, password</c>. Throws Malformed with every missing field.</summary>
    public async ValueTask<DatabaseCredentials> ReadDatabaseAsync(string path, CancellationToken cancellationToken)
    {
        using var secret = await vault.ReadAsync(path, version: null, cancellationToken);
        var fields = new RequiredFields(secret, "host", "port", "database", "username", "password");
        return new DatabaseCredentials(
            fields.Text("host"), fields.Number("port"), fields.Text("database"), fields.Text("username"), fields.Value("password"), Stamp(secret));
    }

    /// <summary>Writes a database login and returns the version.</summary>
    public ValueTask<int> WriteDatabaseAsync(string path, DatabaseCredentials login, CancellationToken cancellationToken) =>
        WriteAsync(path, "password", login.Password, cancellationToken, fields => fields
            .Set("host", SecretValue.FromText(login.Host)).Set("port", login.Port).Set("database", SecretValue.FromText(login.Database))
            .Set("username", SecretValue.FromText(login.Username)).Set("password", login.Password));

    /// <summary>Reads <c>api_key</c> and, if there is one, <c>previous_api_key</c>. Throws Malformed when the key is missing.</summary>
    public async ValueTask<ApiKeyCredentials> ReadApiKeyAsync(string path, CancellationToken cancellationToken)
    {
        using var secret = await vault.ReadAsync(path, version: null, cancellationToken);
        return new ApiKeyCredentials(new RequiredFields(secret, "api_key").Value("api_key"), secret.Field("previous_api_key"), Stamp(secret));
    }

    /// <summary>Writes a new API key; the one in place becomes <c>previous_api_key</c>. Returns the version.</summary>
    public ValueTask<int> WriteApiKeyAsync(string path, SecretValue apiKey, CancellationToken cancellationToken) =>
        WriteAsync(path, "api_key", apiKey, cancellationToken, fields => fields.Set("api_key", apiKey), previousField: "previous_api_key");

    /// <summary>Reads <c>access_key, secret_key, endpoint, bucket</c>. Throws Malformed with every missing field.</summary>
    public async ValueTask<StorageCredentials> ReadStorageAsync(string path, CancellationToken cancellationToken)
    {
        using var secret = await vault.ReadAsync(path, version: null, cancellationToken);
        var fields = new RequiredFields(secret, "access_key", "secret_key", "endpoint", "bucket");
        return new StorageCredentials(
            fields.Text("access_key"), fields.Value("secret_key"), fields.Text("endpoint"), fields.Text("bucket"), Stamp(secret));
    }

    /// <summary>Writes access to an object store and returns the version.</summary>
    public ValueTask<int> WriteStorageAsync(string path, StorageCredentials access, CancellationToken cancellationToken) =>
        WriteAsync(path, "secret_key", access.SecretKey, cancellationToken, fields => fields
            .Set("access_key", SecretValue.FromText(access.AccessKey)).Set("secret_key", access.SecretKey)
            .Set("endpoint", SecretValue.FromText(access.Endpoint)).Set("bucket", SecretValue.FromText(access.Bucket)));

    private ValueTask<int> WriteAsync(
        string path, string secretField, SecretValue value, CancellationToken cancellationToken, Action<SecretFields> set, string? previousField = null) =>
        vault.UpdateAsync(
            path,
            current =>
            {
                using var old = current?.Field(secretField);
                var fields = current is null ? new SecretFields() : SecretFields.From(current);
                set(fields);
                var stamp = current is null ? default : Stamp(current);
                var changed = old is not null && !old.Equals(value);
                if (changed && previousField is not null) fields.Set(previousField, old!.Copy());
                return old is not null && !changed
                    ? fields
                    : fields.Set(CountField, stamp.Count + (changed ? 1 : 0))
                        .Set(TimestampField, SecretValue.FromText(time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));
            },
            cancellationToken);

    private static RotationStamp Stamp(KvSecret secret)
    {
        using var at = secret.Field(TimestampField);
        using var count = secret.Field(CountField);
        return new RotationStamp(
            at is not null && DateTimeOffset.TryParse(at.RevealText(), CultureInfo.InvariantCulture, out var time) ? time : null,
            count is not null && int.TryParse(count.Reveal(), out var number) ? number : 0);
    }
}
