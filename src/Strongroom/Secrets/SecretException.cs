namespace Strongroom.Secrets;

/// <summary>
/// The one exception of Strongroom. Its message says what failed, where and what to do, and never holds a value:
/// <c>aws: read prod/db: denied; the role needs secretsmanager:GetSecretValue</c>.
/// </summary>
public sealed class SecretException : Exception
{
    /// <summary>Composes the message from its parts; <paramref name="reason"/> must not contain a secret.</summary>
    public SecretException(
        SecretErrorKind kind, string reason, string? store = null, string? operation = null, string? name = null,
        string? help = null, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(Compose(store, operation, name, reason, help), inner)
    {
        Kind = kind;
        Reason = PlainText.Of(reason);
        Store = store;
        Operation = operation;
        Name = name;
        Help = help is null ? null : PlainText.Of(help);
        RetryAfter = retryAfter;
    }

    /// <summary>What callers decide by.</summary>
    public SecretErrorKind Kind { get; }

    /// <summary>What failed, in a few words, without store, operation, name or help.</summary>
    public string Reason { get; }

    /// <summary>Name of the configured store, when one was asked.</summary>
    public string? Store { get; }

    /// <summary>The operation in one word: read, write, list, delete, open.</summary>
    public string? Operation { get; }

    /// <summary>Name or reference of the secret. Never its value.</summary>
    public string? Name { get; }

    /// <summary>What the reader can do about it.</summary>
    public string? Help { get; }

    /// <summary>How long the store asked us to wait, if it said so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The reason in fewer lines, where it says one thing of many places; null where nothing is left out.</summary>
    public string? Summary { get; init; }

    /// <summary>The message in full without the help, for those who tell the help apart.</summary>
    public string Statement => Compose(Store, Operation, Name, Reason, help: null);

    /// <summary>The statement for a person: summed up where that is possible.</summary>
    public string Headline => Compose(Store, Operation, Name, Summary ?? Reason, help: null);

    /// <summary>The same failure, told with the store, operation and name that an inner layer did not know.</summary>
    public SecretException Locate(string store, string operation, string? name) =>
        new(Kind, Reason, Store ?? store, Operation ?? operation, Name ?? name, Help, RetryAfter, this) { Summary = Summary };

    private static string Compose(string? store, string? operation, string? name, string reason, string? help)
    {
        var subject = (operation, name) switch
        {
            (null, null) => "",
            (null, _) => $"{name} ",
            (_, null) => $"{operation}: ",
            _ => $"{operation} {name}: ",
        };
        return PlainText.Of($"{(store is null ? "" : store + ": ")}{subject}{reason}{(help is null ? "" : "; " + help)}");
    }
}
