namespace Strongroom.Vault.Policies;

/// <summary>The policy that tokens have unless they are made without it: what a token may do with itself.</summary>
public static class DefaultPolicy
{
    /// <summary>Its text, with the rights that Vault gives.</summary>
    public const string Text =
        """
        # The token itself: look at it, renew it, give it up.
        path "auth/token/lookup-self" { capabilities = ["read"] }
        path "auth/token/renew-self"  { capabilities = ["update"] }
        path "auth/token/revoke-self" { capabilities = ["update"] }

        # What the token may do.
        path "sys/capabilities-self"         { capabilities = ["update"] }
        path "sys/internal/ui/resultant-acl" { capabilities = ["read"] }

        # The entity behind the token.
        path "identity/entity/id/{{identity.entity.id}}"     { capabilities = ["read"] }
        path "identity/entity/name/{{identity.entity.name}}" { capabilities = ["read"] }

        # Leases whose id is known; the older path stays for older clients.
        path "sys/leases/lookup" { capabilities = ["update"] }
        path "sys/leases/renew"  { capabilities = ["update"] }
        path "sys/renew"         { capabilities = ["update"] }

        # The token's own cubbyhole.
        path "cubbyhole/*" { capabilities = ["create", "read", "update", "delete", "list"] }

        # Wrapped answers.
        path "sys/wrapping/wrap"   { capabilities = ["update"] }
        path "sys/wrapping/lookup" { capabilities = ["update"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }

        # Hashes of what the caller sends.
        path "sys/tools/hash"   { capabilities = ["update"] }
        path "sys/tools/hash/*" { capabilities = ["update"] }

        # Asking for control group approvals.
        path "sys/control-group/request" { capabilities = ["update"] }

        # Sign-in of other programs through this server.
        path "identity/oidc/provider/+/authorize" { capabilities = ["read", "update"] }

        """;

    /// <summary>Compiled from <see cref="Text"/>, for a vault that is new.</summary>
    public static AccessPolicy Create() => AccessPolicy.Parse(AccessPolicy.DefaultName, Text);
}
