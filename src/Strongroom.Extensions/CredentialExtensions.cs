using System.Globalization;
using Strongroom.Caching;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;

namespace Strongroom.Extensions;

/// <summary>
/// Credentials of agreed fields, read as one object from any store whose secrets have fields:
/// <c>host, port, database, username, password</c>; <c>api_key, previous_api_key</c>; <c>access_key, secret_key, endpoint, bucket</c>.
/// </summary>
public static class CredentialExtensions
{
    /// <summary>A database login. <paramref name="reference"/> names the secret without a field: <c>vault://prod/database/postgres</c>.</summary>
    /// <exception cref="SecretException">Malformed naming every field that is missing; else as for any secret.</exception>
    public static ValueTask<DatabaseCredentials> GetDatabaseAsync(this ISecretSource source, string reference, CancellationToken cancellationToken = default) =>
        source.GetDatabaseAsync(reference, CacheMode.Use, cancellationToken);

    /// <summary>A database login, past the caches or from them.</summary>
    /// <exception cref="SecretException">Malformed naming every field that is missing; else as for any secret.</exception>
    public static async ValueTask<DatabaseCredentials> GetDatabaseAsync(this ISecretSource source, string reference, CacheMode mode, CancellationToken cancellationToken = default)
    {
        using var secret = await source.ResolveAsync(reference, mode, cancellationToken);
        var fields = new Fields(secret, reference, "host", "port", "database", "username", "password");
        return new DatabaseCredentials(
            fields.Text("host"), fields.Number("port"), fields.Text("database"), fields.Text("username"), fields.Value("password"), fields.Rotation());
    }

    /// <summary>An API key, and the one before it while a provider may still take it.</summary>
    /// <exception cref="SecretException">Malformed naming every field that is missing; else as for any secret.</exception>
    public static async ValueTask<ApiKeyCredentials> GetApiKeyAsync(this ISecretSource source, string reference, CancellationToken cancellationToken = default)
    {
        using var secret = await source.ResolveAsync(reference, cancellationToken: cancellationToken);
        var fields = new Fields(secret, reference, "api_key");
        return new ApiKeyCredentials(fields.Value("api_key"), fields.Find("previous_api_key"), fields.Rotation());
    }

    /// <summary>Access to a bucket.</summary>
    /// <exception cref="SecretException">Malformed naming every field that is missing; else as for any secret.</exception>
    public static async ValueTask<StorageCredentials> GetStorageAsync(this ISecretSource source, string reference, CancellationToken cancellationToken = default)
    {
        using var secret = await source.ResolveAsync(reference, cancellationToken: cancellationToken);
        var fields = new Fields(secret, reference, "access_key", "secret_key", "endpoint", "bucket");
        return new StorageCredentials(
            fields.Text("access_key"), fields.Value("secret_key"), fields.Text("endpoint"), fields.Text("bucket"), fields.Rotation());
    }

    private sealed class Fields
    {
        private readonly ResolvedSecret _secret;
        private readonly string _reference;

        public Fields(ResolvedSecret secret, string reference, params string[] required)
        {
            (_secret, _reference) = (secret, reference);
            var names = SecretObject.IsObject(secret.Value.Reveal()) ? SecretObject.Names(secret.Value.Reveal()) : [];
            var missing = required.Where(name => !names.Contains(name)).ToList();
            if (missing.Count > 0) throw Malformed($"lacks {string.Join(", ", missing)}");
        }

        public SecretValue? Find(string name) => SecretObject.Find(_secret.Value.Reveal(), name);

        public SecretValue Value(string name) => Find(name) ?? throw Malformed($"lacks {name}");

        public string Text(string name)
        {
            using var value = Value(name);
            return value.RevealText();
        }

        public int Number(string name) =>
            int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed($"has a {name} that is no number");

        public RotationStamp Rotation()
        {
            using var at = Find("rotation_timestamp");
            using var count = Find("rotation_count");
            return new RotationStamp(
                at is not null && DateTimeOffset.TryParse(at.RevealText(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
                count is not null && int.TryParse(count.RevealText(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        }

        private SecretException Malformed(string reason) => new(SecretErrorKind.Malformed, reason, _secret.Origin?.Store, "read", _reference);
    }
}
