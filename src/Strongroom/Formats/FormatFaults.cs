using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>Turns all the faults of one file into one exception.</summary>
public static class FormatFaults
{
    /// <summary>Throws <see cref="SecretErrorKind.InvalidInput"/> listing every fault, one a line; does nothing when there is none.</summary>
    public static void ThrowIfAny(IReadOnlyList<TextFault> faults, string what)
    {
        if (faults.Count > 0) throw ToException(faults, what);
    }

    /// <summary>The exception that lists <paramref name="faults"/>; <paramref name="what"/> names the file.</summary>
    public static SecretException ToException(IReadOnlyList<TextFault> faults, string what)
    {
        var reason = $"{what} has {(faults.Count == 1 ? "a fault" : faults.Count + " faults")}:";
        foreach (var fault in faults) reason += $"\n  {fault}";
        return new SecretException(SecretErrorKind.InvalidInput, reason);
    }
}
