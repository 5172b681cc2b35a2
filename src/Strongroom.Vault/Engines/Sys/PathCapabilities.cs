using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/capabilities</c>, <c>-self</c>, <c>-accessor</c>: what a token may do at paths.</summary>
internal static class PathCapabilities
{
    private const int PathsMax = 1000;

    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        using var fields = Fields(call);
        var token = new ClientToken(fields.RequireText("token"));
        return await AnswerAsync(call, fields, await call.System.Tokens.FindAsync(token, cancellationToken), cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleSelfAsync(SysCall call, CancellationToken cancellationToken)
    {
        using var fields = Fields(call);
        return await AnswerAsync(call, fields, call.Context.Caller.Token, cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleAccessorAsync(SysCall call, CancellationToken cancellationToken)
    {
        using var fields = Fields(call);
        var accessor = fields.RequireText("accessor");
        return await AnswerAsync(call, fields, await call.System.Tokens.FindByAccessorAsync(accessor, cancellationToken), cancellationToken);
    }

    private static RequestFields Fields(SysCall call) => call.IsWrite ? new(call.Request) : throw call.Unsupported();

    private static async ValueTask<VaultResponse> AnswerAsync(SysCall call, RequestFields fields, TokenState? token, CancellationToken cancellationToken)
    {
        var paths = (fields.Names("paths") ?? fields.Names("path") ?? []).Distinct(StringComparer.Ordinal).ToArray();
        if (paths.Length is 0) throw RequestFields.Invalid("paths must be supplied");
        if (paths.Length > PathsMax) throw RequestFields.Invalid($"paths are up to {PathsMax}");
        if (token is null) throw RequestFields.Invalid("invalid token");
        var acl = (await token.CallerAsync(call.System.Policies, cancellationToken)).Acl;
        return VaultResponse.Ok(writer =>
        {
            foreach (var path in paths) writer.WriteStrings(path, CapabilityNames.Of(acl.CapabilitiesAt(path)));
            if (paths is [not "capabilities"]) writer.WriteStrings("capabilities", CapabilityNames.Of(acl.CapabilitiesAt(paths[0])));
        });
    }
}
