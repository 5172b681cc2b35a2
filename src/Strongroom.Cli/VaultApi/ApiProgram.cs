using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi;

/// <summary>The command line of Vault: finds the verb, reads its flags, reports how it ended.</summary>
internal static class ApiProgram
{
    /// <summary>Runs a command line. <paramref name="name"/> is what the program was called as.</summary>
    public static async Task<int> InvokeAsync(string name, string[] arguments, Screen screen)
    {
        using var interrupt = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            interrupt.Cancel();
        };
        try
        {
            return await RunAsync(name, arguments, screen, interrupt.Token);
        }
        catch (RemoteFault e)
        {
            screen.Note(e.Message);
            return ApiExit.Remote;
        }
        catch (RequestShown)
        {
            return ApiExit.Success;
        }
        catch (SecretException e)
        {
            Tell(screen, e);
            return e.Kind is SecretErrorKind.InvalidInput or SecretErrorKind.ReadOnly ? ApiExit.Local : ApiExit.Remote;
        }
        catch (OperationCanceledException)
        {
            return Framework.ExitCode.Interrupted;
        }
        catch (IOException e) when (e.HResult == 32) // EPIPE: whoever read our output has seen enough.
        {
            return ApiExit.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            screen.Note(e is UnauthorizedAccessException ? "the file system denies access" : $"reading or writing failed (error {e.HResult & 0xffff})");
            return ApiExit.Local;
        }
    }

    /// <summary>The message, and what to do on a line of its own.</summary>
    public static void Tell(Screen screen, SecretException e)
    {
        screen.Note("Error: " + e.Headline);
        if (e.Help is not null) screen.Note("  → " + e.Help);
        if (e.Kind == SecretErrorKind.Unreachable && ApiCall.Variable("VAULT_ADDR") is null or "")
            screen.Note("  → VAULT_ADDR is not set. For a dev server on this machine: export VAULT_ADDR=http://127.0.0.1:8200");
    }

    private static async Task<int> RunAsync(string name, string[] arguments, Screen screen, CancellationToken cancellationToken)
    {
        if (ApiCompletion.TryAnswer(screen)) return ApiExit.Success;
        if (arguments is ["server", ..]) return ServerStart.Become(name, arguments.AsSpan(1), screen);
        if (arguments is ["-version"] or ["--version"] or ["-v"]) arguments = ["version"];
        if (ApiVerbList.Find(arguments, out var count) is not { } verb)
        {
            var wantsHelp = arguments.Length == 0 || arguments.Contains("-help") || arguments.Contains("--help") || arguments.Contains("-h");
            ApiHelp.WriteFamily(screen, name, arguments);
            return wantsHelp ? ApiExit.Success : ApiExit.Local;
        }
        var words = FlagWords.Parse(verb.AllFlags, arguments.AsSpan(count));
        if (words.WantsHelp)
        {
            ApiHelp.WriteVerb(screen, name, verb);
            return ApiExit.Success;
        }
        if (words.Arguments.Count < verb.Takes.Min || words.Arguments.Count > verb.Takes.Max)
        {
            throw ApiCall.Invalid(
                words.Arguments.Count < verb.Takes.Min ? $"{verb.Name} needs more arguments" : $"{verb.Name} takes fewer arguments",
                $"it is called so: {name} {verb.Name} [flags] {verb.Arguments}".TrimEnd());
        }
        using var call = new ApiCall(verb, words, screen, cancellationToken);
        return await verb.RunAsync(call);
    }
}
