using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Vault.Embedded;

/// <summary>
/// The embedded vault as a backend. A secret is an object of fields; an address without a field means <c>value</c>. What was
/// deleted or destroyed is Unreadable, what never was is NotFound.
/// </summary>
/// <param name="open">Gives the vault, opened when it is first needed; whoever gives it disposes of it.</param>
public sealed class EmbeddedVaultBackend(Func<CancellationToken, ValueTask<EmbeddedVault>> open) : SecretBackend
{
    /// <summary>A backend on a vault that is open already; the caller disposes of the vault.</summary>
    public EmbeddedVaultBackend(EmbeddedVault vault) : this(_ => new ValueTask<EmbeddedVault>(vault))
    {
    }

    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "embedded";

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete
        | BackendCapabilities.Versions | BackendCapabilities.Metadata | BackendCapabilities.CheckAndSet | BackendCapabilities.Fields;

    /// <inheritdoc/>
    public override bool IsLocal => true;

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var vault = await open(cancellationToken);
        using var secret = await vault.ReadAsync(address.Path, address.Version?.RequireNumber(), cancellationToken);
        return Pick(secret, address);
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var vault = await open(cancellationToken);
        var found = await vault.ReadManyAsync(addresses, cancellationToken);
        var outcomes = new ReadOutcome[found.Length];
        for (var i = 0; i < found.Length; i++)
        {
            using var secret = found[i].Secret;
            try
            {
                outcomes[i] = secret is null
                    ? new ReadOutcome(addresses[i], Secret: null, found[i].Error)
                    : new ReadOutcome(addresses[i], Pick(secret, addresses[i]), Error: null);
            }
            catch (SecretException e)
            {
                outcomes[i] = new ReadOutcome(addresses[i], Secret: null, e);
            }
        }
        return outcomes;
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var vault = await open(cancellationToken);
        var folder = prefix.TrimEnd('/');
        var below = await vault.ListAsync(folder, recursive: true, cancellationToken);
        if (folder.Length == 0) return below;
        var parent = folder.LastIndexOf('/') + 1;
        var beside = await vault.ListAsync(folder[..parent], recursive: false, cancellationToken);
        return beside.Contains(folder[parent..]) ? [folder, .. below] : below;
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        if (address.Version is not null)
            throw new SecretException(SecretErrorKind.InvalidInput, "an old version cannot be written", operation: "write", name: address.ToString());
        var vault = await open(cancellationToken);
        var field = address.Field ?? SecretAddress.DefaultField;
        return new WriteReceipt(await vault.SetFieldAsync(address.Path, field, write.Value, write.ExpectedVersion?.RequireNumber(), cancellationToken));
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var vault = await open(cancellationToken);
        await (address switch
        {
            { Version: { } version } => vault.DeleteAsync(address.Path, [version.RequireNumber()], cancellationToken),
            { Field: { } field } => vault.RemoveFieldAsync(address.Path, field, cancellationToken),
            _ => vault.DeleteAsync(address.Path, cancellationToken),
        });
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        var vault = await open(cancellationToken);
        var status = await vault.StatusAsync(cancellationToken);
        return $"{status.SealKind}, key term {status.KeyTerm}, {status.StorageSequence} commits";
    }

    private static StoredSecret Pick(KvSecret secret, SecretAddress address)
    {
        address.Version?.RequireNumber();
        var value = address.Field is null ? secret.Default() : secret.Field(address.Field);
        return value is null
            ? throw new SecretException(SecretErrorKind.NotFound, "the secret has no such field", operation: "read", name: address.ToString())
            : new StoredSecret(value, secret.Version, secret.CreatedAt);
    }
}
