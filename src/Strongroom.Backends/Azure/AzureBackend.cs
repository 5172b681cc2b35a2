using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Azure.Security.KeyVault.Secrets;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Azure;

/// <summary>
/// Azure Key Vault. The path of an address is the name of a secret, with what Key Vault does not take escaped by <see cref="AzureName"/>;
/// a secret that is a JSON object has fields; a version is the id that Key Vault gave it.
/// </summary>
public sealed class AzureBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "azure";

    /// <summary>The longest value as Key Vault counts it, in bytes of text.</summary>
    public const int ValueBytesMax = 25 * 1024;

    // What Key Vault is told of bytes that are no text, so that whoever reads them knows.
    private const string BinaryType = "application/octet-stream;base64";

    private readonly AzureOptions _options;
    private readonly TimeProvider _time;
    private readonly Lazy<SecretClient> _client;

    internal AzureBackend(AzureOptions options, TransportFactory? transport, TimeProvider time)
    {
        _options = options;
        _time = time;
        // The SDK is loaded when the first call is made and not before.
        _client = new Lazy<SecretClient>(() => AzureClient.Create(options, transport));
    }

    /// <summary>
    /// Settings: <c>vault</c> (a name or an address; required), <c>tenant-id</c>, <c>client-id</c>, <c>purge</c> (false). Credentials come
    /// from the usual <c>AZURE_*</c> variables, the managed identity or <c>az login</c>.
    /// </summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var vault = settings.RequiredText("vault");
        var address = vault.Contains("://", StringComparison.Ordinal) ? vault : $"https://{vault}.vault.azure.net/";
        if (!(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == "https")) settings.Fault("vault must be a name or an address with https://");
        var options = new AzureOptions(uri ?? new Uri("https://nowhere/"), settings.Text("tenant-id"), settings.Text("client-id"), settings.Flag("purge", defaultValue: false), settings.Environment);
        if (options.Variable("AZURE_AUTHORITY_HOST") is { } authority && !(Uri.TryCreate(authority, UriKind.Absolute, out var host) && host.Scheme == "https"))
            settings.Fault("AZURE_AUTHORITY_HOST must be an address with https://");
        settings.ThrowOnFaults();
        return new AzureBackend(options, settings.Transport, settings.Time);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete | BackendCapabilities.Versions
        | BackendCapabilities.Metadata | BackendCapabilities.Fields;

    /// <inheritdoc/>
    public override string Identity => $"azure {_options.Vault} {_options.TenantId ?? _options.Variable("AZURE_TENANT_ID")} {_options.ClientId ?? _options.Variable("AZURE_CLIENT_ID")}";

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe()
    {
        var (credentials, source) = _options.CredentialSource();
        return
        [
            new BackendFact("vault", _options.Vault.AbsoluteUri, "setting vault"),
            new BackendFact("credentials", credentials, source),
        ];
    }

    /// <inheritdoc/>
    public override BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes)
    {
        var role = writes ? "Key Vault Secrets Officer" : "Key Vault Secrets User";
        var text = new StringBuilder("# ASSIGNEE is who asks: the object id of an identity or application\n")
            .Append($"VAULT=$(az keyvault show --name {_options.Vault.Host.Split('.')[0]} --query id --output tsv)\n");
        foreach (var path in addresses.Select(a => a.Path).Distinct().Order(StringComparer.Ordinal))
            text.Append($"az role assignment create --assignee \"$ASSIGNEE\" --role \"{role}\" --scope \"$VAULT/secrets/{AzureName.Of(path)}\"\n");
        return new BackendPolicy("az commands", text.ToString());
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var secret = await GetAsync(address.Path, address.Version, cancellationToken);
        return Stored(secret, address.Field);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) =>
        ParallelReads.ByObjectAsync(
            addresses,
            async (wanted, group, token) =>
            {
                var secret = await GetAsync(wanted.Path, wanted.Version, token);
                return [.. group.Select(address => Outcome(address, secret))];
            },
            cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<string>>("Key Vault Secrets User", async client =>
        {
            var names = new List<string>();
            await foreach (var properties in client.GetPropertiesOfSecretsAsync(cancellationToken))
                if (AzureName.PathOf(properties.Name) is var path && PathPrefix.Covers(prefix, path)) names.Add(path);
            names.Sort(StringComparer.Ordinal);
            return names;
        });

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        CheckLength(write.Value.Length);
        var existing = SecretPayload.Merges(address.Field, write.Value) ? await FindAsync(address, cancellationToken) : null;
        using var before = existing is null ? null : WholeOf(existing);
        using var whole = SecretPayload.With(before, address.Field, write.Value);
        return new WriteReceipt(await SetAsync(address.Path, whole, existing, cancellationToken));
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        if (address.Field is { } field)
        {
            var existing = await GetAsync(address.Path, version: null, cancellationToken);
            using var before = WholeOf(existing);
            using var rest = SecretPayload.Without(before, field);
            await SetAsync(address.Path, rest, existing, cancellationToken);
            return;
        }
        var name = AzureName.Of(address.Path);
        await CallAsync("Key Vault Secrets Officer", async client =>
        {
            var deletion = await client.StartDeleteSecretAsync(name, cancellationToken);
            if (!_options.Purges) return true;
            // Key Vault needs seconds until what was deleted can be purged.
            await deletion.WaitForCompletionAsync(TimeSpan.FromMilliseconds(500), cancellationToken);
            await client.PurgeDeletedSecretAsync(name, cancellationToken);
            return true;
        });
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync("Key Vault Secrets User", async client =>
            {
                await foreach (var page in client.GetPropertiesOfSecretsAsync(cancellationToken).AsPages(pageSizeHint: 1)) return page.Values.Count;
                return 0;
            });
            return $"{_options.Vault.Host}; may list";
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Denied && e.Help?.Contains("Key Vault Secrets User", StringComparison.Ordinal) == true)
        {
            return $"{_options.Vault.Host}; may not list, which reading by name does not need";
        }
    }

    private async ValueTask<KeyVaultSecret> GetAsync(string path, SecretVersion? version, CancellationToken cancellationToken)
    {
        var name = AzureName.Of(path);
        if (version is { Number: not null })
            throw new SecretException(SecretErrorKind.InvalidInput, "asks for a version by number", help: "a version here is the id that Key Vault gave it");
        try
        {
            var secret = await CallAsync("Key Vault Secrets User", async client => (await client.GetSecretAsync(name, version?.Name, cancellationToken)).Value);
            // Key Vault gives out what has expired; the date is for us to keep.
            return secret.Properties.ExpiresOn <= _time.GetUtcNow()
                ? throw new SecretException(SecretErrorKind.Unreadable, "has expired", help: "write a new version")
                : secret;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound && version is null)
        {
            if (!await IsDeletedAsync(name, cancellationToken)) throw;
            throw new SecretException(SecretErrorKind.Unreadable, "is deleted, and its name is taken until it is purged", help: "bring it back with `az keyvault secret recover`, or purge it");
        }
    }

    /// <summary>Whether a name that is not there was deleted and can come back; false where that may not be asked.</summary>
    private async ValueTask<bool> IsDeletedAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync("Key Vault Secrets User", async client => (await client.GetDeletedSecretAsync(name, cancellationToken)).Value is not null);
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.NotFound or SecretErrorKind.Denied)
        {
            return false;
        }
    }

    private async ValueTask<KeyVaultSecret?> FindAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(address.Path, version: null, cancellationToken);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound || (e.Kind == SecretErrorKind.Unreadable && address.Field is null))
        {
            return null;
        }
    }

    private ValueTask<SecretVersion?> SetAsync(string path, SecretValue whole, KeyVaultSecret? existing, CancellationToken cancellationToken)
    {
        var isText = Utf8.IsValid(whole.Reveal());
        var text = isText ? whole.RevealText() : Convert.ToBase64String(whole.Reveal());
        if (text.Length == 0) throw new SecretException(SecretErrorKind.InvalidInput, "is empty, which Key Vault does not take");
        CheckLength(Encoding.UTF8.GetByteCount(text));
        var secret = new KeyVaultSecret(AzureName.Of(path), text);
        // A new version begins without what stood on the old one.
        foreach (var (key, value) in existing?.Properties.Tags ?? new Dictionary<string, string>()) secret.Properties.Tags[key] = value;
        secret.Properties.ContentType = isText ? existing?.Properties.ContentType is BinaryType ? null : existing?.Properties.ContentType : BinaryType;
        return CallAsync("Key Vault Secrets Officer", async client => VersionOf((await client.SetSecretAsync(secret, cancellationToken)).Value));
    }

    private static void CheckLength(int bytes)
    {
        if (bytes > ValueBytesMax) throw new SecretException(SecretErrorKind.InvalidInput, $"would have {bytes} bytes; the limit of Key Vault is {ValueBytesMax}");
    }

    /// <summary>One call of the SDK, with its failures as ours.</summary>
    private async ValueTask<T> CallAsync<T>(string role, Func<SecretClient, Task<T>> call)
    {
        try
        {
            return await call(_client.Value);
        }
        catch (Exception e) when (AzureClient.IsKnown(e))
        {
            throw AzureClient.Failure(e, role);
        }
    }

    private static ReadOutcome Outcome(SecretAddress address, KeyVaultSecret secret)
    {
        try
        {
            return new ReadOutcome(address, Stored(secret, address.Field), Error: null);
        }
        catch (SecretException e)
        {
            return new ReadOutcome(address, Secret: null, e);
        }
    }

    private static StoredSecret Stored(KeyVaultSecret secret, string? field) =>
        new(SecretPayload.Take(WholeOf(secret), field), VersionOf(secret), secret.Properties.CreatedOn);

    private static SecretVersion? VersionOf(KeyVaultSecret secret) => secret.Properties.Version is { Length: > 0 } id ? SecretVersion.Named(id) : null;

    private static SecretValue WholeOf(KeyVaultSecret secret)
    {
        if (secret.Value is null) throw new SecretException(SecretErrorKind.Malformed, "was answered without a value");
        if (secret.Properties.ContentType is not BinaryType) return SecretValue.FromText(secret.Value);
        var bytes = new byte[secret.Value.Length];
        if (!Convert.TryFromBase64String(secret.Value, bytes, out var length))
            throw new SecretException(SecretErrorKind.Malformed, $"says that it is {BinaryType}, and is not");
        var value = SecretValue.FromBytes(bytes.AsSpan(0, length));
        CryptographicOperations.ZeroMemory(bytes);
        return value;
    }
}
