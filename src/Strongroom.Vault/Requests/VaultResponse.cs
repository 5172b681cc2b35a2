using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>How a request ended, when it did not fail.</summary>
public enum VaultStatus
{
    /// <summary>There is an answer in <see cref="VaultResponse.Data"/>.</summary>
    Ok,

    /// <summary>Done; nothing to tell.</summary>
    Done,

    /// <summary>The version asked for is deleted or destroyed; <see cref="VaultResponse.Data"/> holds what is known of it.</summary>
    Unreadable,

    /// <summary>There is nothing there, and <see cref="VaultResponse.Warnings"/> tell what may be wrong.</summary>
    NotFound,
}

/// <summary>The answer to one request. May hold secrets: dispose of it, which zeroes them.</summary>
public sealed class VaultResponse : IDisposable
{
    private readonly SecretBuffer? _data;

    private VaultResponse(VaultStatus status, SecretBuffer? data, long sequence) => (Status, _data, Sequence) = (status, data, sequence);

    /// <summary>How it ended.</summary>
    public VaultStatus Status { get; }

    /// <summary>JSON as UTF-8, valid until disposed; what the Vault API has in <c>data</c>.</summary>
    public ReadOnlyMemory<byte> Data => _data?.WrittenMemory ?? default;

    /// <summary>The storage sequence of the commit that the request made; 0 when it changed nothing.</summary>
    public long Sequence { get; }

    /// <summary>What the caller should know although it worked.</summary>
    public IReadOnlyList<string> Warnings { get; internal set; } = [];

    /// <summary>For how long the answer may be used when no lease was made for it, as KV version 1 tells it.</summary>
    public TimeSpan LeaseDuration { get; internal set; }

    /// <summary>The token that was made or renewed, or null.</summary>
    public IssuedAuth? Auth { get; private init; }

    /// <summary>The wrapping token in whose place of storage the answer lies, or null.</summary>
    public WrapInfo? Wrap { get; private init; }

    /// <summary>The content type of a <see cref="Data"/> that is the whole answer and not a part of the usual envelope; else null.</summary>
    public string? BareContentType { get; internal set; }

    /// <summary>The HTTP status of an answer that tells something by it; 0 is the usual one.</summary>
    public int StatusCode { get; internal set; }

    /// <summary>What the answer tells besides its content, as HTTP headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; internal set; } = [];

    /// <summary>A login that the pipeline turns into a token before anybody sees this answer.</summary>
    internal AuthGrant? Grant { get; private init; }

    /// <summary>What the vault does when the request is on record and before it is answered: sealing itself ends the log.</summary>
    internal Func<CancellationToken, ValueTask>? Afterwards { get; init; }

    /// <summary>
    /// For an answer that must not be lost, such as new unseal keys: whoever sends it tells whether all of it went out.
    /// </summary>
    public Func<bool, CancellationToken, ValueTask>? HandOver { get; internal set; }

    /// <summary>What the answer goes on with after its head, in the place of <see cref="Data"/>; usually null.</summary>
    public ResponseStream? Stream { get; private init; }

    /// <summary>Zeroes the answer.</summary>
    public void Dispose()
    {
        _data?.Dispose();
        Stream?.Dispose();
    }

    internal static VaultResponse Ok(SecretBuffer data, long sequence = 0) => new(VaultStatus.Ok, data, sequence);

    /// <summary>An answer with this object in <c>data</c>; <paramref name="write"/> writes its members.</summary>
    internal static VaultResponse Ok(Action<Utf8JsonWriter> write, long sequence = 0) => new(VaultStatus.Ok, Object(write), sequence);

    /// <summary>An answer that has no <c>data</c> but an envelope: what a login gets.</summary>
    internal static VaultResponse Login(AuthGrant grant, long sequence = 0) => new(VaultStatus.Ok, null, sequence) { Grant = grant };

    internal static VaultResponse Issued(IssuedAuth auth, long sequence) => new(VaultStatus.Ok, null, sequence) { Auth = auth };

    internal static VaultResponse Wrapped(WrapInfo wrap, long sequence) => new(VaultStatus.Ok, null, sequence) { Wrap = wrap };

    /// <summary>An answer that is given as it stands, without envelope.</summary>
    internal static VaultResponse Bare(SecretBuffer content, string contentType) => new(VaultStatus.Ok, content, 0) { BareContentType = contentType };

    internal static VaultResponse Streamed(string contentType, ResponseStream stream) => new(VaultStatus.Ok, null, 0) { BareContentType = contentType, Stream = stream };

    /// <summary>A 200 with an empty envelope, where Vault has one.</summary>
    internal static VaultResponse Empty(long sequence) => new(VaultStatus.Ok, null, sequence);

    internal static VaultResponse Unreadable(SecretBuffer data) => new(VaultStatus.Unreadable, data, 0);

    internal static VaultResponse NotFound(string warning) => new(VaultStatus.NotFound, null, 0) { Warnings = [warning] };

    internal static VaultResponse Done(long sequence) => new(VaultStatus.Done, null, sequence);

    /// <summary>Nothing to tell, and something to do when the request is on record.</summary>
    internal static VaultResponse DoneThen(Func<CancellationToken, ValueTask> afterwards, long sequence = 0) =>
        new(VaultStatus.Done, null, sequence) { Afterwards = afterwards };

    /// <summary>A list of names, as every LIST answers. Throws NotFound when there are none.</summary>
    internal static VaultResponse Keys(IReadOnlyList<string> names, Action<Utf8JsonWriter>? more = null)
    {
        if (names.Count == 0) throw new SecretException(SecretErrorKind.NotFound, "there is nothing in it", operation: "list");
        return Ok(writer =>
        {
            writer.WriteStartArray("keys"u8);
            foreach (var name in names) writer.WriteStringValue(name);
            writer.WriteEndArray();
            more?.Invoke(writer);
        });
    }

    private static SecretBuffer Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new SecretBuffer(512);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        return buffer;
    }
}

/// <summary>What stands in the place of a wrapped answer.</summary>
/// <param name="Token">The one-time token.</param>
/// <param name="Accessor">Its accessor.</param>
/// <param name="Ttl">How long it lives.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreationPath">The path of the request whose answer it holds.</param>
/// <param name="WrappedAccessor">Accessor of the token inside, when the answer holds one.</param>
public sealed record WrapInfo(
    ClientToken Token, string Accessor, TimeSpan Ttl, DateTimeOffset CreatedAt, string CreationPath, string? WrappedAccessor);
