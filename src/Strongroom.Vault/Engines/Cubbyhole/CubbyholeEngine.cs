using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Engines.Cubbyhole;

/// <summary>
/// A place that only one token can reach and that ends with it. Values are JSON objects
/// (https://developer.hashicorp.com/vault/api-docs/secret/cubbyhole).
/// </summary>
internal sealed class CubbyholeEngine(VaultSystem system) : Engine
{
    /// <summary>The largest value, in bytes.</summary>
    public const int ValueLengthMax = 1024 * 1024;

    public override string Help => "A place that only one token can reach and that ends with it.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("{path}", Create | Read | Update | Delete | List, "A value; the names in a folder."),
    ];

    public override async ValueTask<VaultResponse> HandleAsync(
        VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken)
    {
        var token = context.Caller.Token ?? throw new SecretException(SecretErrorKind.Denied, "cubbyhole operations need a token", operation: request.OperationName);
        if (token.Entry.Batch) throw RequestFields.Invalid("cubbyhole operations are only supported by \"service\" type tokens");
        var view = system.Tokens.Cubbyhole(token.Hash);
        switch (request.Operation)
        {
            case VaultOperation.List:
                return VaultResponse.Keys(await view.ListAsync(path, cancellationToken));
            case VaultOperation.Read:
                using (var entry = await view.GetAsync(path, cancellationToken))
                {
                    if (entry is null) throw new SecretException(SecretErrorKind.NotFound, "there is nothing there", operation: "read", name: request.Path);
                    var data = new SecretBuffer(entry.Value.Length);
                    data.Write(entry.Value.Span);
                    return VaultResponse.Ok(data);
                }
            case VaultOperation.Create or VaultOperation.Update:
                if (path.Length == 0 || path.EndsWith('/')) throw RequestFields.Invalid("cannot write to a path ending in '/'");
                Require(request.Body);
                return VaultResponse.Done(await context.CommitAsync(commit => commit.PutListed(view, path, request.Body), cancellationToken));
            case VaultOperation.Delete:
                return VaultResponse.Done(await context.CommitAsync(commit => commit.DeleteListed(view, path), cancellationToken));
            default:
                throw new SecretException(SecretErrorKind.Unsupported, "unsupported operation", operation: request.OperationName, name: request.Path);
        }
    }

    private static void Require(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) throw RequestFields.Invalid("missing data fields");
        if (body.Length > ValueLengthMax) throw RequestFields.Invalid($"the value is larger than {ValueLengthMax} bytes");
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = RequestFields.DepthMax, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.EnumerateObject().MoveNext())
                throw RequestFields.Invalid("missing data fields");
        }
        catch (JsonException)
        {
            throw RequestFields.Invalid("error parsing JSON");
        }
    }
}
