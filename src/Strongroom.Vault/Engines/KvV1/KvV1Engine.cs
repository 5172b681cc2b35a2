using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Engines.Kv;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Engines.KvV1;

/// <summary>
/// Secrets without versions: KV version 1 (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1). A value is a JSON object; its member
/// <c>ttl</c> or <c>lease</c> is told back as the lease duration and means nothing more.
/// </summary>
internal sealed class KvV1Engine(BarrierView values, long defaultTtl) : Engine
{
    public override string Help => "Secrets without versions (KV version 1).";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("{path}", Create | Read | Update | Delete | List, "A secret; the names in a folder."),
    ];

    public override async ValueTask<bool?> ExistsAsync(string path, CancellationToken cancellationToken)
    {
        using var entry = await values.GetAsync(path, cancellationToken);
        return entry is not null;
    }

    public override ValueTask<VaultResponse> HandleAsync(
        VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken) => request.Operation switch
        {
            VaultOperation.Read => ReadAsync(request, path, cancellationToken),
            VaultOperation.List => ListAsync(path, cancellationToken),
            VaultOperation.Create or VaultOperation.Update => WriteAsync(request, path, context, cancellationToken),
            VaultOperation.Delete => DeleteAsync(path, context, cancellationToken),
            _ => throw new SecretException(SecretErrorKind.Unsupported, "unsupported operation", operation: request.OperationName, name: request.Path),
        };

    public override async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        await foreach (var path in values.WalkAsync(cancellationToken))
        {
            var commit = new BarrierCommit(values.Barrier);
            commit.DeleteListed(values, path);
            await commit.CommitAsync(cancellationToken);
        }
    }

    private async ValueTask<VaultResponse> ReadAsync(VaultRequest request, string path, CancellationToken cancellationToken)
    {
        using var entry = await values.GetAsync(path, cancellationToken)
            ?? throw new SecretException(SecretErrorKind.NotFound, "there is no such secret", operation: request.OperationName, name: request.Path);
        var data = new SecretBuffer(entry.Value.Length);
        data.Write(entry.Value.Span);
        var response = VaultResponse.Ok(data);
        response.LeaseDuration = Ttl(entry.Value);
        return response;
    }

    private async ValueTask<VaultResponse> ListAsync(string path, CancellationToken cancellationToken) =>
        VaultResponse.Keys(await values.ListAsync(KvPath.Folder(path), cancellationToken));

    private async ValueTask<VaultResponse> WriteAsync(VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken)
    {
        KvPath.RequireSecret(path);
        if (request.Body.Length > KvLimits.DataLengthMax) throw RequestFields.Invalid($"the value is larger than {KvLimits.DataLengthMax} bytes");
        if (request.Body.IsEmpty) throw RequestFields.Invalid("missing data fields");
        using (var body = KvBody.Parse(request.Body))
        {
            if (!body.RootElement.EnumerateObject().MoveNext()) throw RequestFields.Invalid("missing data fields");
        }
        return VaultResponse.Done(await context.CommitAsync(commit => commit.PutListed(values, path, request.Body), cancellationToken));
    }

    private async ValueTask<VaultResponse> DeleteAsync(string path, RequestContext context, CancellationToken cancellationToken) =>
        VaultResponse.Done(await context.CommitAsync(commit => commit.DeleteListed(values, path), cancellationToken));

    private TimeSpan Ttl(ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value);
        using var fields = RequestFields.Of(document.RootElement);
        foreach (var name in (ReadOnlySpan<string>)["ttl", "lease"])
        {
            try
            {
                if (fields.Seconds(name) is { } seconds) return TimeSpan.FromSeconds(seconds);
            }
            catch (SecretException)
            {
                // Somebody's value that happens to have this name.
            }
        }
        return TimeSpan.FromSeconds(defaultTtl);
    }
}
