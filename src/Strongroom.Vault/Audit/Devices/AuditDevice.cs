using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>One audit device in use: writes entries in its own codes to its own output. Safe for concurrent use.</summary>
internal sealed class AuditDevice : IAsyncDisposable
{
    /// <summary>Tokens whose codes are remembered; beyond it the memory starts over.</summary>
    private const int RememberedMax = 20_000;

    private readonly EntrySalt _salt;
    private readonly byte[] _prefix;
    private readonly DeviceQueue _queue;
    private readonly InstancePool<EntryBuffer> _buffers = new(() => new EntryBuffer());
    private readonly ConcurrentDictionary<TokenHash, TokenCodes> _codes = new();

    public AuditDevice(AuditDeviceEntry entry, AuditDeviceOptions options, AuditOutput output, TimeProvider time)
    {
        (Entry, Options) = (entry, options);
        _salt = new EntrySalt(entry.Salt);
        _prefix = Encoding.UTF8.GetBytes(options.Prefix);
        _queue = new DeviceQueue(output, options.WriteTimeout, retries: !options.FailClosed, time);
    }

    public AuditDeviceEntry Entry { get; }

    public AuditDeviceOptions Options { get; }

    /// <summary>How many times entries could not be written.</summary>
    public long Lost => _queue.Lost;

    /// <summary>
    /// Takes an entry. False when it cannot; <paramref name="written"/> is what a request must wait for, and done already unless the device
    /// fails closed.
    /// </summary>
    public bool TryWrite(in AuditedRequest audited, out Task written)
    {
        var buffer = _buffers.Rent();
        try
        {
            Format(buffer, audited);
            return _queue.TryAdd(buffer.Bytes.Written, Options.FailClosed, out written);
        }
        finally
        {
            var keep = buffer.IsWorthKeeping;
            buffer.Bytes.Clear();
            if (keep) _buffers.Return(buffer);
            else buffer.Dispose();
        }
    }

    /// <summary>The code by which this device tells a text.</summary>
    public byte[] CodeOf(string text) => _salt.Of(text);

    /// <summary>A text as entries of this device tell it.</summary>
    public byte[] Code(string text) => Options.LogRaw ? Encoding.UTF8.GetBytes(text) : _salt.Of(text);

    public byte[] AccessorCode(string accessor) => Options.HmacAccessor ? Code(accessor) : Encoding.UTF8.GetBytes(accessor);

    /// <summary>Writes a text value as entries of this device tell it.</summary>
    public void WriteCode(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        if (Options.LogRaw)
        {
            json.WriteStringValue(text);
            return;
        }
        Span<byte> code = stackalloc byte[EntrySalt.CodeLength];
        _salt.Write(text, code);
        json.WriteStringValue(code);
    }

    /// <summary>How a token and its accessor are told; remembered, because every entry has them.</summary>
    public TokenCodes CodesOf(TokenState token, ClientToken? text)
    {
        if (_codes.TryGetValue(token.Hash, out var codes)) return codes;
        codes = new TokenCodes(text is null ? [] : Code(text.Reveal()), AccessorCode(token.Entry.Accessor));
        // What is written in the clear is not kept in memory.
        if (Options.LogRaw) return codes;
        if (_codes.Count >= RememberedMax) _codes.Clear();
        return _codes[token.Hash] = codes;
    }

    /// <summary>Opens what it writes to anew.</summary>
    public void Reopen() => _queue.Reopen();

    /// <summary>Writes what waits and closes the output. A request that still has this device in its hands loses its entry, and that counts.</summary>
    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private void Format(EntryBuffer buffer, in AuditedRequest audited)
    {
        var writer = new EntryWriter(this, buffer.Json);
        try
        {
            buffer.Start(_prefix);
            writer.Write(audited, wholeData: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A body that is no JSON; the engine will say so, and the entry tells it as a whole.
            buffer.Start(_prefix);
            writer.Write(audited, wholeData: true);
        }
        buffer.Bytes.Append((byte)'\n');
    }
}

/// <summary>How a device tells a token.</summary>
/// <param name="Token">The token.</param>
/// <param name="Accessor">Its accessor.</param>
internal sealed record TokenCodes(byte[] Token, byte[] Accessor);
