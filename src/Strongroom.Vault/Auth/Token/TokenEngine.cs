using Strongroom.Secrets;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Auth.Token;

/// <summary>One request to <c>auth/token</c>.</summary>
/// <param name="System">The vault.</param>
/// <param name="Request">The request.</param>
/// <param name="Argument">What follows the endpoint's name in the path.</param>
/// <param name="Context">Who asks, and the way to change something.</param>
internal sealed record TokenCall(VaultSystem System, VaultRequest Request, string Argument, RequestContext Context)
{
    /// <summary>The token of the caller. Throws Denied for callers without one.</summary>
    public TokenState Own => Context.Caller.Token ?? throw TokenStore.Denied();

    /// <summary>The answer, with a warning when the path names a token: what stands between server and client keeps paths, not bodies.</summary>
    public VaultResponse Told(VaultResponse response)
    {
        if (Argument.Length > 0)
            response.Warnings = [.. response.Warnings, "Using a token in the path is unsafe as the token can be logged in many places. Please use POST or PUT with the token passed in via the \"token\" parameter."];
        return response;
    }

    /// <summary>The living token that a body or path names. Throws InvalidInput or Denied.</summary>
    public async ValueTask<(ClientToken Text, TokenState State)> RequireAsync(RequestFields fields, CancellationToken cancellationToken)
    {
        var text = fields.Text("token") is { Length: > 0 } named ? named : Argument;
        if (text.Length is 0 or > ClientToken.LengthMax) throw RequestFields.Invalid("missing token ID");
        var token = new ClientToken(text);
        return (token, await System.Tokens.FindAsync(token, cancellationToken) ?? throw TokenStore.Denied());
    }

    /// <summary>The living token with the accessor that a body or path names. Throws InvalidInput.</summary>
    public async ValueTask<TokenState> RequireByAccessorAsync(RequestFields fields, CancellationToken cancellationToken)
    {
        var accessor = fields.Text("accessor") is { Length: > 0 } named ? named : Argument;
        if (accessor.Length == 0) throw RequestFields.Invalid("missing accessor");
        return await System.Tokens.FindByAccessorAsync(accessor, cancellationToken) ?? throw RequestFields.Invalid("invalid accessor");
    }
}

/// <summary>Tokens: <c>auth/token</c> (https://developer.hashicorp.com/vault/api-docs/auth/token). Each endpoint is a file named after its path.</summary>
internal sealed class TokenEngine(VaultSystem system) : Engine
{
    public override string Help => "Tokens: makes, looks up, renews and ends them.";

    public override IReadOnlyList<EngineRoute> Routes =>
    [
        new("create", Update, "Makes a token."),
        new("create/{role_name}", Update, "Makes a token by a role."),
        new("create-orphan", Update, "Makes a token that does not end with its maker."),
        new("lookup", Read | Update, "Looks up a token."),
        new("lookup-self", Read | Update, "Looks up the token of the request."),
        new("lookup-accessor", Update, "Looks up a token by its accessor."),
        new("renew", Update, "Renews a token."),
        new("renew-self", Update, "Renews the token of the request."),
        new("renew-accessor", Update, "Renews a token by its accessor."),
        new("revoke", Update, "Ends a token and all that it made."),
        new("revoke-self", Update, "Ends the token of the request and all that it made."),
        new("revoke-accessor", Update, "Ends a token by its accessor."),
        new("revoke-orphan", Update, "Ends a token and leaves what it made."),
        new("accessors", List, "The accessors of all tokens."),
        new("roles", List, "The names of all roles."),
        new("roles/{role_name}", Create | Read | Update | Delete, "One role: how tokens by it are made."),
        new("tidy", Update, "Removes what an interrupted revocation left."),
    ];

    public override async ValueTask<bool?> ExistsAsync(string path, CancellationToken cancellationToken) =>
        path.StartsWith("roles/", StringComparison.Ordinal) && path.Length > "roles/".Length
            ? await PathRoles.Table(system).FindAsync(path["roles/".Length..], cancellationToken) is not null
            : null;

    public override bool NeedsSudo(string path) => ProtectedPaths.Contains("auth/token/" + path);

    public override ValueTask<VaultResponse> HandleAsync(
        VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var endpoint = slash < 0 ? path.AsSpan() : path.AsSpan(0, slash);
        var call = new TokenCall(system, request, slash < 0 ? "" : path[(slash + 1)..], context);
        return endpoint switch
        {
            "create" => PathCreate.HandleAsync(call, orphan: false, cancellationToken),
            "create-orphan" => PathCreate.HandleAsync(call, orphan: true, cancellationToken),
            "lookup" => PathLookup.HandleAsync(call, cancellationToken),
            "lookup-self" => PathLookup.HandleSelfAsync(call, cancellationToken),
            "lookup-accessor" => PathLookup.HandleAccessorAsync(call, cancellationToken),
            "renew" => PathRenew.HandleAsync(call, cancellationToken),
            "renew-self" => PathRenew.HandleSelfAsync(call, cancellationToken),
            "renew-accessor" => PathRenew.HandleAccessorAsync(call, cancellationToken),
            "revoke" => PathRevoke.HandleAsync(call, orphanChildren: false, cancellationToken),
            "revoke-orphan" => PathRevoke.HandleAsync(call, orphanChildren: true, cancellationToken),
            "revoke-self" => PathRevoke.HandleSelfAsync(call, cancellationToken),
            "revoke-accessor" => PathRevoke.HandleAccessorAsync(call, cancellationToken),
            "accessors" => PathAccessors.HandleAsync(call, cancellationToken),
            "roles" => PathRoles.HandleAsync(call, cancellationToken),
            "tidy" => PathTidy.HandleAsync(call, cancellationToken),
            _ => throw Unsupported(request),
        };
    }

    public static SecretException Unsupported(VaultRequest request) =>
        new(SecretErrorKind.Unsupported, "unsupported operation", operation: request.OperationName, name: request.Path);

    /// <summary>Throws unless the request writes.</summary>
    public static void RequireWrite(VaultRequest request)
    {
        if (request.Operation is not (VaultOperation.Create or VaultOperation.Update)) throw Unsupported(request);
    }
}
