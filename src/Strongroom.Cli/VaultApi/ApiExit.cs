namespace Strongroom.Cli.VaultApi;

/// <summary>What the shell gets to know, as Vault's own command line has it.</summary>
internal static class ApiExit
{
    public const int Success = 0;

    /// <summary>The command was wrong, or something on this machine.</summary>
    public const int Local = 1;

    /// <summary>The server refused or could not be reached; for <c>status</c>: it is sealed.</summary>
    public const int Remote = 2;
}

/// <summary>Ends a verb with what the server said, or did not say.</summary>
internal sealed class RemoteFault(string message) : Exception(message);

/// <summary>Ends a verb that was asked only to show its request.</summary>
internal sealed class RequestShown : Exception;
