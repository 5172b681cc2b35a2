using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Server.Http;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Hcp;

/// <summary>
/// One request of a client, which may be several to the vault. Each of them is checked against the policies of the client's token and
/// stands in the audit log on its own.
/// </summary>
/// <param name="Vault">The vault.</param>
/// <param name="Origin">Where the request came from, with its token.</param>
/// <param name="Query">Its query.</param>
/// <param name="Body">Its body; empty when there is none.</param>
/// <param name="CancellationToken">Ends it.</param>
internal sealed record HcpCall(ServedVault Vault, RequestOrigin Origin, IQueryCollection Query, ReadOnlyMemory<byte> Body, CancellationToken CancellationToken)
{
    /// <summary>Asks the vault. Throws what it answers.</summary>
    public async ValueTask<VaultResponse> SendAsync(VaultOperation operation, string path, ReadOnlyMemory<byte> body = default, int? version = null) =>
        HcpErrors.RequireAdmitted(await Vault.HandleAsync(
            new VaultRequest(operation, path, body, version) { Origin = Origin with { RequestId = RequestIds.Next(), WrapTtl = TimeSpan.Zero } }, CancellationToken));

    /// <summary>Asks the vault; null when there is nothing, or nothing that can be read.</summary>
    public async ValueTask<VaultResponse?> FindAsync(VaultOperation operation, string path, int? version = null)
    {
        try
        {
            var response = await SendAsync(operation, path, version: version);
            if (response.Status == VaultStatus.Ok) return response;
            response.Dispose();
            return null;
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.NotFound or SecretErrorKind.Unreadable)
        {
            return null;
        }
    }

    /// <summary>The names in a folder, folders among them with a slash at their ends; none when there is no such folder.</summary>
    public async ValueTask<IReadOnlyList<string>> ListAsync(string folder)
    {
        using var response = await FindAsync(VaultOperation.List, folder);
        if (response is null) return [];
        using var json = JsonDocument.Parse(response.Data);
        return [.. json.RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!)];
    }

    /// <summary>The body as a JSON object, which the caller disposes. Throws InvalidInput when it is none.</summary>
    public JsonDocument ReadBody()
    {
        var json = StrictJson.TryParse(Body, new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (json?.RootElement.ValueKind == JsonValueKind.Object) return json;
        json?.Dispose();
        throw new SecretException(SecretErrorKind.InvalidInput, "the body is no JSON object");
    }

    /// <summary>There is no such thing.</summary>
    public static SecretException NotFound() => new(SecretErrorKind.NotFound, "not found");
}
