using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>What the shell gets to know. <c>run</c> uses 125 to 127 as <c>env</c> does, since every other code is the child's.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int Denied = 4;
    public const int Unreachable = 5;
    public const int Conflict = 6;
    public const int Damaged = 7;

    /// <summary>`run` failed before the program could start.</summary>
    public const int RunFailed = 125;

    /// <summary>Given up by the person (Ctrl-C).</summary>
    public const int Interrupted = 130;

    /// <summary>The code for a kind of failure.</summary>
    public static int For(SecretErrorKind kind) => kind switch
    {
        SecretErrorKind.NotFound or SecretErrorKind.Unreadable => NotFound,
        SecretErrorKind.Denied or SecretErrorKind.Sealed => Denied,
        SecretErrorKind.Unreachable or SecretErrorKind.Throttled => Unreachable,
        SecretErrorKind.Conflict => Conflict,
        SecretErrorKind.Corrupt or SecretErrorKind.Malformed or SecretErrorKind.StorageFull or SecretErrorKind.ReadOnly => Damaged,
        SecretErrorKind.InvalidInput or SecretErrorKind.Unsupported => Usage,
        _ => Failure,
    };
}
