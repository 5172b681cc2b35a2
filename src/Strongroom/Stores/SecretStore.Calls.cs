using Strongroom.Secrets;

namespace Strongroom.Stores;

public sealed partial class SecretStore
{
    private ValueTask<T> CallAsync<T>(
        string operation, Subject subject, bool repeatable, Action<T>? discard, Func<CancellationToken, ValueTask<T>> call,
        CancellationToken cancellationToken) =>
        _traces && StoreTracing.IsOn
            ? StoreTracing.RunAsync(
                Name, operation, subject.Name, () => GuardAsync(operation, subject, repeatable, discard, call, cancellationToken))
            : GuardAsync(operation, subject, repeatable, discard, call, cancellationToken);

    private async ValueTask<T> GuardAsync<T>(
        string operation, Subject subject, bool repeatable, Action<T>? discard, Func<CancellationToken, ValueTask<T>> call,
        CancellationToken cancellationToken)
    {
        try
        {
            return _resilience is null
                ? await call(cancellationToken)
                : await _resilience.RunAsync(call, repeatable, discard, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            throw BackendFaults.ToSecretException(e).Locate(Name, operation, subject.Name);
        }
    }

    /// <summary>Why this store cannot be read at all; null when it can.</summary>
    internal SecretException? ReadRefusal(in SecretAddress address) =>
        Can(BackendCapabilities.Read) ? null : Unsupported(BackendCapabilities.Read, "read", address.ToString());

    private SecretException? ReadFault(in SecretAddress address)
    {
        var needed = BackendCapabilities.Read;
        if (address.Field is not null) needed |= BackendCapabilities.Fields;
        if (address.Version is not null) needed |= BackendCapabilities.Versions;
        if (!Can(needed))
        {
            var missing = !Can(BackendCapabilities.Read) ? BackendCapabilities.Read
                : address.Field is not null && !Can(BackendCapabilities.Fields) ? BackendCapabilities.Fields
                : BackendCapabilities.Versions;
            var operation = missing switch
            {
                BackendCapabilities.Read => "read",
                BackendCapabilities.Fields => "read a field of",
                _ => "read a version of",
            };
            return Unsupported(missing, operation, address.ToString());
        }
        return AddressRules.FaultOf(address) is { } fault ? Invalid("read", address.ToString(), fault) : null;
    }

    private void Require(BackendCapabilities capability, string operation, string name)
    {
        if (!Can(capability)) throw Unsupported(capability, operation, name);
    }

    private void CheckAddress(string operation, in SecretAddress address, string name)
    {
        if (AddressRules.FaultOf(address) is { } fault) throw Invalid(operation, name, fault);
    }

    private SecretException Unsupported(BackendCapabilities missing, string operation, string name) =>
        new(SecretErrorKind.Unsupported, $"is not possible: this {Kind} store cannot {Verb(missing)}", Name, operation,
            name.Length == 0 ? null : name, _backend.Instead(missing) ?? DefaultHelp(missing));

    private static string Verb(BackendCapabilities missing) => missing switch
    {
        BackendCapabilities.Read => "read values",
        BackendCapabilities.List => "list names",
        BackendCapabilities.Write => "write",
        BackendCapabilities.Delete => "delete",
        BackendCapabilities.Versions => "keep versions",
        BackendCapabilities.CheckAndSet => "check the version before writing",
        BackendCapabilities.Fields => "keep fields inside a secret",
        _ => "do this",
    };

    private static string DefaultHelp(BackendCapabilities missing) => missing switch
    {
        BackendCapabilities.Versions => "leave the version out to get the current value",
        BackendCapabilities.CheckAndSet => "write without an expected version, or choose a store that keeps versions",
        BackendCapabilities.Fields => "leave the field out, or choose a store whose secrets have fields",
        _ => "choose another store of the chain",
    };

    private SecretException Invalid(string operation, string name, string fault) =>
        new(SecretErrorKind.InvalidInput, fault, Name, operation, name);

    private static StoredSecret Checked(StoredSecret? secret)
    {
        if (secret is null) throw new SecretException(SecretErrorKind.Malformed, "was answered with nothing");
        if (secret.Value.Length <= SecretValue.LengthMax) return secret;
        secret.Value.Dispose();
        throw new SecretException(
            SecretErrorKind.Malformed, $"was answered with {secret.Value.Length} bytes; the limit is {SecretValue.LengthMax}");
    }

    /// <summary>What an operation is about; becomes text only when somebody asks.</summary>
    private readonly struct Subject
    {
        private readonly string? _text;
        private readonly SecretAddress _address;

        public Subject(string? text) => _text = text;

        public Subject(SecretAddress address) => _address = address;

        public string? Name => _text ?? (_address.Path is null ? null : _address.ToString());
    }
}
