using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.Fly;

/// <summary>
/// Hands secrets that were set to the machines of an app: each is updated with the configuration that it has, one after the other, which
/// restarts it. Machines that do not run are updated without being started.
/// </summary>
internal static class FlyRollout
{
    /// <summary>Updates every machine.</summary>
    /// <param name="api">The API.</param>
    /// <param name="app">The app.</param>
    /// <param name="secretsVersion">The version of the secrets that machines must see at least.</param>
    /// <param name="cancellationToken">Ends the wait; machines already updated stay so.</param>
    /// <exception cref="SecretException">With the kind of the failure; its message says that the secret is stored all the same.</exception>
    public static async ValueTask RunAsync(FlyApi api, string app, long secretsVersion, CancellationToken cancellationToken)
    {
        using var list = await api.GetAsync($"apps/{app}/machines", cancellationToken);
        if (!list.IsSuccess) throw Stored(FlyApi.Fault(list), "the machines could not be listed");
        var machines = list.Json();
        if (machines.ValueKind != JsonValueKind.Array) throw Stored(new SecretException(SecretErrorKind.Malformed, ""), "the list of machines is none");
        var (count, done) = (machines.GetArrayLength(), 0);
        foreach (var machine in machines.EnumerateArray())
        {
            var state = machine.TextOf("state");
            if (state is "destroyed" or "destroying") continue;
            var body = JsonBody.Object((machine, state, secretsVersion), static (writer, update) =>
            {
                writer.WritePropertyName("config");
                update.machine.Member("config").WriteTo(writer);
                // Not over a configuration that somebody changed since it was listed.
                if (update.machine.TextOf("instance_id") is { Length: > 0 } instance) writer.WriteString("current_version", instance);
                writer.WriteNumber("min_secrets_version", update.secretsVersion);
                if (update.state is not "started") writer.WriteBoolean("skip_launch", true);
            });
            using var answer = await api.ChangeMachineAsync($"apps/{app}/machines/{Uri.EscapeDataString(machine.RequiredText("id"))}", body, cancellationToken);
            if (!answer.IsSuccess) throw Stored(FlyApi.Fault(answer), $"machine {machine.TextOf("id")} could not be updated ({done} of {count} were)");
            done++;
        }
    }

    private static SecretException Stored(SecretException fault, string what) =>
        new(fault.Kind == SecretErrorKind.NotFound ? SecretErrorKind.Conflict : fault.Kind, $"is stored, but {what}", help: "fly secrets deploy hands it to the machines", retryAfter: fault.RetryAfter);
}
