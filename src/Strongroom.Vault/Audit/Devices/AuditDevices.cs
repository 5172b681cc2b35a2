using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// The audit devices of a vault: one stored record, and the devices made from it as a snapshot. They are beside the vault's own log, which
/// always exists; so a request fails for a device only when that device is set to fail closed.
/// </summary>
internal sealed class AuditDevices(VaultBarrier barrier, TimeProvider time, string vaultFolder) : IAsyncDisposable
{
    /// <summary>The most devices of a vault.</summary>
    public const int CountMax = 32;

    private readonly RecordView<AuditDeviceEntry[]> _record = new(barrier.View("sys/"), AuditDeviceJson.Default.AuditDeviceEntryArray);
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile AuditDevice[] _devices = [];

    /// <summary>Whether there are none, so that nothing needs to be written.</summary>
    public bool IsEmpty => _devices.Length == 0;

    /// <summary>The devices as they are now.</summary>
    public IReadOnlyList<AuditDevice> All => _devices;

    public AuditDevice? Find(string path) => Array.Find(_devices, device => string.Equals(device.Entry.Path, path, StringComparison.Ordinal));

    /// <summary>Reads the table. A device that cannot write now is tried again with every entry.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var devices = new List<AuditDevice>();
        foreach (var entry in await _record.GetOrPutAsync("audit-devices", [], cancellationToken))
        {
            var options = new AuditDeviceOptions(entry);
            devices.Add(new AuditDevice(entry, options, AuditOutputs.Make(entry, options, vaultFolder, time), time));
        }
        _devices = [.. devices];
    }

    /// <summary>
    /// Writes an entry to every device. Waits for those alone that fail closed, and throws when one of them cannot take it. Others lose
    /// what they cannot take, and count it.
    /// </summary>
    public ValueTask WriteAsync(in AuditedRequest audited, CancellationToken cancellationToken)
    {
        List<Task>? awaited = null;
        var taken = false;
        foreach (var device in _devices)
        {
            if (device.Options.IsFallback) continue;
            if (device.TryWrite(audited, out var written)) taken = true;
            else if (device.Options.FailClosed) throw NotRecorded(audited, device, null);
            if (!written.IsCompletedSuccessfully) (awaited ??= []).Add(written);
        }
        if (!taken)
        {
            foreach (var device in _devices)
            {
                if (device.Options.IsFallback) device.TryWrite(audited, out _);
            }
        }
        return awaited is null ? default : WaitAsync(awaited, audited, cancellationToken);
    }

    /// <summary>Adds a device that works: it is opened, and a test entry written, before it counts.</summary>
    public async ValueTask<long> AddAsync(AuditDeviceEntry entry, bool test, RequestContext context, CancellationToken cancellationToken)
    {
        var options = new AuditDeviceOptions(entry);
        await _change.WaitAsync(cancellationToken);
        AuditOutput? output = null;
        try
        {
            if (_devices.Length >= CountMax) throw RequestFields.Invalid($"there are {CountMax} audit devices already");
            foreach (var other in _devices)
            {
                if (other.Entry.Path.StartsWith(entry.Path, StringComparison.Ordinal) || entry.Path.StartsWith(other.Entry.Path, StringComparison.Ordinal))
                    throw RequestFields.Invalid("path already in use");
                if (options.IsFallback && other.Options.IsFallback) throw RequestFields.Invalid("there is a fallback device already");
            }
            output = AuditOutputs.Make(entry, options, vaultFolder, time);
            if (test) await TestAsync(entry, options, output, cancellationToken);
            var stored = await _record.GetAsync("audit-devices", cancellationToken);
            var sequence = await context.CommitAsync(
                commit => _record.Put(commit, "audit-devices", [.. stored?.Value ?? [], entry], stored?.Revision ?? 0), cancellationToken);
            _devices = [.. _devices, new AuditDevice(entry, options, output, time)];
            output = null;
            return sequence;
        }
        finally
        {
            if (output is not null) await output.DisposeAsync();
            _change.Release();
        }
    }

    /// <summary>Takes a device away, after it has written what waits. Returns 0 when there is none.</summary>
    public async ValueTask<long> RemoveAsync(string path, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (Find(path) is not { } device || await _record.GetAsync("audit-devices", cancellationToken) is not { } stored) return 0;
            var left = Array.FindAll(stored.Value, entry => !string.Equals(entry.Path, path, StringComparison.Ordinal));
            var sequence = await context.CommitAsync(commit => _record.Put(commit, "audit-devices", left, stored.Revision), cancellationToken);
            _devices = Array.FindAll(_devices, other => other != device);
            await device.DisposeAsync();
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Has every device open what it writes to anew, after log files were moved.</summary>
    public void Reopen()
    {
        foreach (var device in _devices) device.Reopen();
    }

    public string NewSalt() => TokenText.NewUuid(barrier.Random);

    public async ValueTask DisposeAsync()
    {
        var devices = _devices;
        _devices = [];
        foreach (var device in devices) await device.DisposeAsync();
    }

    private static async ValueTask WaitAsync(List<Task> awaited, AuditedRequest audited, CancellationToken cancellationToken)
    {
        try
        {
            // Each ends by the timeout of its device; a write that hangs beyond that ends with the request's own.
            foreach (var task in awaited) await task.WaitAsync(cancellationToken);
        }
        catch (SecretException e)
        {
            throw NotRecorded(audited, null, e);
        }
    }

    private async ValueTask TestAsync(AuditDeviceEntry entry, AuditDeviceOptions options, AuditOutput output, CancellationToken cancellationToken)
    {
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.WriteTimeout);
            await output.OpenAsync(timeout.Token);
            await output.WriteAsync(TestEntry.Of(options.Prefix, time.GetUtcNow(), TokenText.NewUuid(barrier.Random)), timeout.Token);
        }
        catch (Exception e) when (e is not SecretException && (DeviceQueue.IsFailure(e) || e is OperationCanceledException))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw RequestFields.Invalid($"sanity check failed; unable to write to the audit device \"{entry.Path}\": {e.Message}");
        }
    }

    private static SecretException NotRecorded(in AuditedRequest audited, AuditDevice? device, SecretException? inner) => new(
        SecretErrorKind.Unreachable, $"no audit device recorded the {(audited.IsResponse ? "response" : "request")}", operation: "audit",
        name: device?.Entry.Path, help: "the device is set to fail closed", inner: inner);
}
