using System.Text.Json;
using Strongroom.Cli.Project;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Writes secrets with agreed fields, counting their rotations.</summary>
internal static class TypedWrite
{
    public static readonly string[] Types = ["api-key", "database", "storage"];

    public static async Task<int> RunAsync(Session session, SecretReference reference, string type, SecretValue value, CancellationToken cancellationToken)
    {
        if (session.Store(reference.Store).Kind != Session.EmbeddedKind)
            throw new SecretException(SecretErrorKind.Unsupported, "has no typed secrets", reference.Store, help: "they live in the embedded vault");
        var vault = await session.OpenVaultAsync(reference.Store, cancellationToken);
        var typed = new TypedSecrets(vault, session.Time);
        var path = reference.Address.Path;
        await RequireTypedAsync(vault, path, cancellationToken);
        switch (type)
        {
            case "api-key":
                return await typed.WriteApiKeyAsync(path, value, cancellationToken);
            case "database":
                var database = new Fields(path, value, "host", "database", "username", "password");
                using (var password = database.Secret("password"))
                {
                    return await typed.WriteDatabaseAsync(
                        path, new DatabaseCredentials(database.Text("host"), database.Port(5432), database.Text("database"), database.Text("username"), password), cancellationToken);
                }
            default:
                var storage = new Fields(path, value, "access_key", "secret_key", "endpoint", "bucket");
                using (var secretKey = storage.Secret("secret_key"))
                {
                    return await typed.WriteStorageAsync(
                        path, new StorageCredentials(storage.Text("access_key"), secretKey, storage.Text("endpoint"), storage.Text("bucket")), cancellationToken);
                }
        }
    }

    /// <summary>A plain secret is not turned into a typed one behind its readers' backs.</summary>
    private static async Task RequireTypedAsync(EmbeddedVault vault, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var current = await vault.ReadAsync(path, version: null, cancellationToken);
            if (!current.FieldNames.Contains(SecretAddress.DefaultField)) return;
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.NotFound or SecretErrorKind.Unreadable)
        {
            return;
        }
        throw new SecretException(
            SecretErrorKind.Conflict, "is a plain secret, whose readers expect one value", operation: "write", name: path,
            help: "choose another name, or delete it with --purge first");
    }

    /// <summary>The fields of a JSON object; everything that is missing is told at once.</summary>
    private sealed class Fields
    {
        private readonly string _path;
        private readonly JsonElement _root;

        public Fields(string path, SecretValue json, params string[] required)
        {
            _path = path;
            try
            {
                using var document = JsonDocument.Parse(json.Reveal().ToArray());
                _root = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                throw new SecretException(SecretErrorKind.InvalidInput, "the value is not a JSON object", operation: "write", name: path, help: $"give the fields {string.Join(", ", required)}");
            }
            var missing = Array.FindAll(required, r => _root.ValueKind != JsonValueKind.Object || !_root.TryGetProperty(r, out var field) || field.ValueKind != JsonValueKind.String);
            if (missing.Length > 0)
                throw new SecretException(SecretErrorKind.InvalidInput, $"the value lacks the text fields {string.Join(", ", missing)}", operation: "write", name: path);
        }

        public string Text(string name) => _root.GetProperty(name).GetString()!;

        public SecretValue Secret(string name) => SecretValue.FromText(Text(name));

        public int Port(int otherwise)
        {
            if (!_root.TryGetProperty("port", out var port)) return otherwise;
            return port.ValueKind == JsonValueKind.Number && port.TryGetInt32(out var number) && number is > 0 and < 65536
                ? number
                : throw new SecretException(SecretErrorKind.InvalidInput, "the port is no number from 1 to 65535", operation: "write", name: _path);
        }
    }
}
