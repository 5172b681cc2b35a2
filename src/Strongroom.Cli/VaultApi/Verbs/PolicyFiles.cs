using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;
using Strongroom.Formats;
using Strongroom.Vault.Policies;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Files of policies, read on this machine.</summary>
internal static class PolicyFiles
{
    /// <summary>The policies of a file. A file with one policy is called by its name without the ending.</summary>
    /// <exception cref="Secrets.SecretException">InvalidInput with every fault and its place.</exception>
    public static IReadOnlyList<AccessPolicy> Read(string path)
    {
        var reading = PolicyFile.Read(ReadText(path), path == "-" ? "policy" : Path.GetFileNameWithoutExtension(path), path);
        FormatFaults.ThrowIfAny(reading.Faults, path);
        return reading.Policies;
    }

    /// <summary>The text of a file, or of standard input.</summary>
    public static string ReadText(string path)
    {
        using var bytes = InputText.Read(path);
        return InputText.Text(bytes.Written, path);
    }

    /// <summary>What is mounted on the server, for the linter.</summary>
    public static async Task<List<LintMount>> MountsAsync(ApiCall call)
    {
        using var reply = await call.SendAsync("listing mounts", new VaultCall("GET", "sys/mounts"));
        var mounts = new List<LintMount>();
        foreach (var mount in reply.Data.EnumerateObject())
            mounts.Add(new LintMount(mount.Name, Envelope.Member(mount.Value, "options") is { } options && Envelope.Member(options, "version")?.GetString() == "2"));
        return mounts;
    }
}
