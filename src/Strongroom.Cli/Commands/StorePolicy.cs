using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>Prints what a store must permit for the secrets that the manifest looks for in it, or writes to it, and no more.</summary>
internal static class StorePolicy
{
    public static int Print(Invocation invocation, Session session, ManifestPlan plan, StoreDefinition? store, bool writes)
    {
        if (store is null)
            throw new SecretException(SecretErrorKind.InvalidInput, "needs the store whose policy is meant", operation: "doctor", help: "strongroom doctor STORE --policy");
        var addresses = new List<SecretAddress>();
        foreach (var secret in plan.Secrets)
            foreach (var step in secret.Steps)
                if (string.Equals(step.Store, store.Name, StringComparison.Ordinal)) addresses.Add(step.Address);
        // Where nothing can be read, nothing is looked for: what the manifest declares is written there.
        writes |= !session.Store(store.Name).Can(BackendCapabilities.Read);
        if (addresses.Count == 0 && writes) addresses.AddRange(plan.Secrets.Select(s => plan.ReferenceIn(store.Name, s.Name).Address));
        if (addresses.Count == 0)
        {
            throw new SecretException(
                SecretErrorKind.NotFound, $"no secret of the manifest is looked for in {store.Name}", operation: "doctor",
                help: "put the store into the chain or into the from of a secret, or add --writes when they are only copied there");
        }
        var policy = session.Store(store.Name).LeastPrivilege(addresses, writes) ?? throw new SecretException(
            SecretErrorKind.Unsupported, $"a store of kind {store.Kind} has no permissions of its own", store.Name, "doctor");
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json =>
            {
                json.WriteString("store", store.Name);
                json.WriteString("environment", plan.Environment.Name);
                json.WriteString("language", policy.Language);
                json.WriteString("policy", policy.Text);
            });
            return ExitCode.Success;
        }
        invocation.Screen.Note(invocation.Screen.Err.Dim(
            $"{policy.Language} for {(writes ? "reading and writing" : "reading")} {Counted.Of(addresses.Count, "secret")} of {plan.Environment.Name} in {store.Name}"));
        invocation.Screen.Line(policy.Text.TrimEnd('\n'));
        return ExitCode.Success;
    }
}
