

namespace Strongroom.Formats;

/// <summary>Collects what is wrong with a file, so that all of it is reported at once.</summary>
internal sealed class TextFaults
{
    private readonly List<TextFault> _faults = [];

    /// <summary>The faults by file and place.</summary>
    public IReadOnlyList<TextFault> InOrder =>
        [.. _faults.OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Column)];

    public bool IsEmpty => _faults.Count == 0;

    public void Add(TextPlace place, string message, string? suggestion = null) =>
        _faults.Add(new TextFault(place.File, place.Line, place.Column, message, suggestion));

    /// <summary>Reports a word that is not among the <paramref name="known"/> ones, with the nearest of them.</summary>
    public void AddUnknown(TextPlace place, string what, string word, IReadOnlyCollection<string> known) =>
        Add(place, $"unknown {what} '{Shorten(word)}'", NearestWord.Find(word, known) is { } near
            ? $"did you mean '{near}'?"
            : known.Count == 0 ? "there is none yet" : "known: " + string.Join(", ", known));

    /// <summary>Texts of a file stand in messages only cut short: someone may have pasted a secret into the wrong place.</summary>
    public static string Shorten(string text) => text.Length <= 40 ? text : text[..12] + "…";
}
