namespace Strongroom.Formats;

/// <summary>Where something stands: file, line and column from 1.</summary>
internal readonly record struct TextPlace(string File, int Line, int Column);
