using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Formats;
using Strongroom.Vault.Policies;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Work on files of policies before they go to a server. Nothing is sent, but for <c>lint -mounts</c>.</summary>
internal static class PolicyFileVerbs
{
    private static readonly Flag Mounts = new("mounts", "Ask the server what is mounted, so that paths are checked against it.");
    private static readonly Flag Kv2 = new("kv2", "A KV engine of version 2 is mounted there, and nothing but those that are named; may be repeated.", "PATH") { Repeats = true };
    private static readonly Flag Policy = new("policy", "Only this policy of a file with several; may be repeated.", "NAME") { Repeats = true };
    private static readonly Flag Mount = new("mount", "The KV engine; secret unless said otherwise.", "PATH");
    private static readonly Flag Folder = new("folder", "The folder in it; all unless said otherwise.", "PATH");

    public static readonly ApiVerb[] All =
    [
        new("policy fmt", "FILE", "Indent a policy evenly; nothing but white space changes.", Format) { Takes = (1, 1), Examples = [("vault policy fmt app.hcl", "changes the file")] },
        new("policy lint", "FILE...", "Find what does not mean what it seems to. The exit code is 1 when something is found.", LintAsync)
        {
            Takes = (1, 64),
            Flags = [Mounts, Kv2],
            Examples = [("vault policy lint app.hcl", "before it is written"), ("vault policy lint -mounts vault-policies.hcl", "against the mounts of the server")],
        },
        new("policy explain", "FILE OPERATION PATH", "Tell which rule decides, and why not another.", Explain)
        {
            Takes = (3, 3),
            Flags = [Policy],
            Examples = [("vault policy explain app.hcl read secret/data/app", "allowed or denied, and by which rule")],
        },
        new("policy test", "FILE CASES", "Check that policies allow and deny what a file of cases expects. The exit code is 1 when one fails.", Test)
        {
            Takes = (2, 2),
            Examples = [("vault policy test vault-policies.hcl cases.yaml", "in CI, before they are written")],
        },
        new("policy preset", "NAME", "Print a ready policy: app-services, database-admin, security-team, ci-cd.", Preset)
        {
            Takes = (1, 1),
            Flags = [Mount, Folder],
            Examples = [("vault policy preset app-services -folder=production", "to look at, change and write")],
        },
    ];

    private static Task<int> Format(ApiCall call)
    {
        var path = call.Arguments[0];
        var text = PolicyFiles.ReadText(path);
        FormatFaults.ThrowIfAny(PolicyFile.Read(text, "policy", path).Faults, path);
        var formatted = PolicyIndent.Apply(text);
        if (path == "-") call.Screen.Bytes(System.Text.Encoding.UTF8.GetBytes(formatted));
        else if (formatted != text) Framework.OutputFile.ReplaceText(path, formatted);
        return Task.FromResult(path == "-" ? ApiExit.Success : BasicVerbs.Done(call, $"Success! Formatted policy: {path}"));
    }

    private static async Task<int> LintAsync(ApiCall call)
    {
        var mounts = call.Switch(Mounts) ? await PolicyFiles.MountsAsync(call)
            : call.All(Kv2) is { Count: > 0 } given ? [.. given.Select(m => new LintMount(m.Trim('/') + "/", IsKvV2: true))]
            : null;
        var count = 0;
        foreach (var file in call.Arguments)
        {
            foreach (var finding in PolicyLint.Examine(PolicyFiles.Read(file), mounts))
            {
                count++;
                call.Screen.Line($"{file}: {finding}");
            }
        }
        if (count == 0) call.Answer.Say("Success! Nothing found.");
        return count == 0 ? ApiExit.Success : ApiExit.Local;
    }

    private static Task<int> Explain(ApiCall call)
    {
        var policies = Pick(PolicyFiles.Read(call.Arguments[0]), call.All(Policy));
        if (!CapabilityNames.TryParse(call.Arguments[1], out var needed)) throw ApiCall.Invalid("an operation is create, read, update, patch, delete, list or sudo");
        call.Screen.Line(PolicyExplain.Explain(Acl.Compile(policies, IdentityValues.None), call.Path(2), needed).ToString());
        return Task.FromResult(ApiExit.Success);
    }

    private static Task<int> Test(ApiCall call)
    {
        var policies = PolicyFiles.Read(call.Arguments[0]);
        var cases = PolicyCases.Read(PolicyFiles.ReadText(call.Arguments[1]), call.Arguments[1]);
        FormatFaults.ThrowIfAny(cases.Faults, call.Arguments[1]);
        var failed = 0;
        var results = PolicyCases.Run(cases.Cases, policies);
        foreach (var result in results)
        {
            if (!result.Passed) failed++;
            call.Screen.Line(result.ToString());
        }
        call.Screen.Line($"{results.Count - failed} passed, {failed} failed");
        return Task.FromResult(failed == 0 ? ApiExit.Success : ApiExit.Local);
    }

    private static Task<int> Preset(ApiCall call)
    {
        var preset = PolicyPreset.Find(call.Arguments[0])
            ?? throw ApiCall.Invalid($"there is no preset {call.Arguments[0]}", "it is " + string.Join(", ", PolicyPreset.All.Select(p => p.Name)));
        call.Screen.Bytes(System.Text.Encoding.UTF8.GetBytes(preset.Make(call.Text(Mount) ?? "secret", call.Text(Folder) ?? "").Text));
        return Task.FromResult(ApiExit.Success);
    }

    private static List<AccessPolicy> Pick(IReadOnlyList<AccessPolicy> policies, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return [.. policies];
        return [.. names.Select(n => policies.FirstOrDefault(p => p.Name == n) ?? throw ApiCall.Invalid($"there is no policy {n}", "it has " + string.Join(", ", policies.Select(p => p.Name))))];
    }
}
