using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>Where a server is and how to talk to it. <see cref="VaultEnvironment"/> reads one from the <c>VAULT_*</c> variables.</summary>
public sealed record VaultClientOptions
{
    /// <summary>Where Vault's own tools look when nobody told them: <c>https://127.0.0.1:8200</c>.</summary>
    public static readonly Uri DefaultAddress = new("https://127.0.0.1:8200");

    /// <summary>The server: <c>http</c>, <c>https</c>, or <c>unix:///path/of/socket</c>. A path in it stands before <c>/v1</c>.</summary>
    public Uri Address { get; init; } = DefaultAddress;

    /// <summary>The token sent with each call that names none; null sends none. The caller owns it.</summary>
    public SecretValue? Token { get; init; }

    /// <summary>Sent as <c>X-Vault-Namespace</c> when it is not empty.</summary>
    public string? Namespace { get; init; }

    /// <summary>How long the answer of each call is to stay wrapped, as the server reads it (<c>300</c>, <c>5m</c>); null wraps nothing.</summary>
    public string? WrapTtl { get; init; }

    /// <summary>How the server proves who it is, and the client to the server.</summary>
    public VaultTls Tls { get; init; } = new();

    /// <summary>How long one call may take, attempts and waits included: 60 seconds. Zero is without limit.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a failed call is sent again: 2 times, as Vault's client does.</summary>
    public int RetriesMax { get; init; } = 2;

    /// <summary>Wait before the first repetition, which doubles each time: 1 second. An answer's <c>Retry-After</c> goes before it.</summary>
    public TimeSpan RetryWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The largest answer taken: 64 MiB. Snapshots are read as streams and have no limit.</summary>
    public int AnswerLengthMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>More headers for each call, such as a proxy wants.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The clock of timeouts and waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
