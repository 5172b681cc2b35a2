using System.Globalization;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>Turns all the faults of one file into one exception.</summary>
public static class FormatFaults
{
    private const int ToldOneByOne = 3;
    private const int PlacesNamed = 3;

    /// <summary>Throws <see cref="SecretErrorKind.InvalidInput"/> listing every fault, one a line; does nothing when there is none.</summary>
    public static void ThrowIfAny(IReadOnlyList<TextFault> faults, string what)
    {
        if (faults.Count > 0) throw ToException(faults, what);
    }

    /// <summary>
    /// The exception that lists <paramref name="faults"/>; <paramref name="what"/> names the file. Its summary says a fault that is in many
    /// places once.
    /// </summary>
    public static SecretException ToException(IReadOnlyList<TextFault> faults, string what)
    {
        var headline = $"{what} has {(faults.Count == 1 ? "a fault" : faults.Count + " faults")}:";
        var (reason, summary) = (new StringBuilder(headline), new StringBuilder(headline));
        foreach (var fault in faults) reason.Append("\n  ").Append(fault);
        foreach (var places in faults.GroupBy(fault => fault with { Line = 0, Column = 0 })) Sum(summary, [.. places]);
        return new SecretException(SecretErrorKind.InvalidInput, reason.ToString()) { Summary = summary.Length == reason.Length ? null : summary.ToString() };
    }

    private static void Sum(StringBuilder summary, TextFault[] places)
    {
        // A few are told one by one, as one would look at each of them.
        var told = places.Length <= ToldOneByOne ? places.Length : 1;
        foreach (var fault in places[..told]) summary.Append("\n  ").Append(fault);
        if (told == places.Length) return;
        summary.Append("\n    also at ").AppendJoin(", ", places[1..(PlacesNamed + 1)].Select(fault => string.Create(CultureInfo.InvariantCulture, $"{fault.Line}:{fault.Column}")));
        if (places.Length - 1 is var others and > PlacesNamed) summary.Append(CultureInfo.InvariantCulture, $" and {others - PlacesNamed} more {(others - PlacesNamed == 1 ? "place" : "places")}");
    }
}
