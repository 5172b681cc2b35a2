using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Passwords;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/policies/password/:name</c> and <c>…/generate</c>: how passwords are made.</summary>
internal static class PathPasswordPolicies
{
    /// <summary>The longest text of a policy, in bytes.</summary>
    private const int TextLengthMax = 64 * 1024;

    private const string Generate = "/generate";

    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        var view = call.System.Barrier.View("sys/password-policy/");
        var name = call.Argument.Trim('/');
        var generates = name.EndsWith(Generate, StringComparison.Ordinal);
        if (generates) name = name[..^Generate.Length];
        if (name.Contains('/', StringComparison.Ordinal)) throw call.Unsupported();
        switch (call.Request.Operation)
        {
            case VaultOperation.List or VaultOperation.Read when name.Length == 0:
                return VaultResponse.Keys(await view.ListAsync("", cancellationToken));
            case VaultOperation.Read when generates:
                using (var password = CharsetPolicy.Parse(await FindAsync(call, view, name, cancellationToken)).Generate(call.System.Barrier.Random))
                    return VaultResponse.Ok(writer => writer.WriteString("password"u8, password.Reveal()));
            case VaultOperation.Read:
                var text = await FindAsync(call, view, name, cancellationToken);
                return VaultResponse.Ok(writer => writer.WriteString("policy"u8, text));
            case VaultOperation.Create or VaultOperation.Update when name.Length > 0 && !generates:
                var encoded = Read(call);
                return VaultResponse.Done(await call.Context.CommitAsync(commit => commit.PutListed(view, name, encoded), cancellationToken));
            case VaultOperation.Delete when name.Length > 0 && !generates:
                return VaultResponse.Done(await call.Context.CommitAsync(commit => commit.DeleteListed(view, name), cancellationToken));
            default:
                throw call.Unsupported();
        }
    }

    private static async ValueTask<string> FindAsync(SysCall call, BarrierView view, string name, CancellationToken cancellationToken)
    {
        using var entry = await view.GetAsync(name, cancellationToken) ?? throw call.NotFound();
        return Encoding.UTF8.GetString(entry.Value.Span);
    }

    private static byte[] Read(SysCall call)
    {
        using var fields = new RequestFields(call.Request);
        var text = fields.Text("policy") is { Length: > 0 } found ? found : throw RequestFields.Invalid("missing policy");
        // As Vault allows: the text may come as base64.
        var decoded = new byte[text.Length];
        if (!text.Contains('{', StringComparison.Ordinal) && Convert.TryFromBase64String(text, decoded, out var length)) text = Encoding.UTF8.GetString(decoded, 0, length);
        var encoded = Encoding.UTF8.GetBytes(text);
        if (encoded.Length > TextLengthMax) throw RequestFields.Invalid($"a policy is at most {TextLengthMax} bytes long");
        try
        {
            CharsetPolicy.Parse(text);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.InvalidInput)
        {
            throw RequestFields.Invalid($"invalid password policy: {e.Reason}");
        }
        return encoded;
    }
}
