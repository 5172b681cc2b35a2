namespace Strongroom.Vault.Hcl;

internal enum HclTokenKind
{
    End,
    Word,
    Text,
    Number,
    Assign,
    Comma,
    OpenBody,
    CloseBody,
    OpenList,
    CloseList,
}

/// <summary>One token; <paramref name="ContentLine"/> and <paramref name="Indentation"/> say where the text of a heredoc stands.</summary>
internal readonly record struct HclToken(HclTokenKind Kind, int Line, int Column, string Text = "", int ContentLine = 0, int Indentation = 0)
{
    /// <summary>How a fault calls it. Only words are cited: a text may be a secret in the wrong place.</summary>
    public string Describe() => Kind switch
    {
        HclTokenKind.End => "the end of the text",
        HclTokenKind.Word => $"'{Formats.TextFaults.Shorten(Text)}'",
        HclTokenKind.Text => "a text",
        HclTokenKind.Number => "a number",
        HclTokenKind.Assign => "'='",
        HclTokenKind.Comma => "','",
        HclTokenKind.OpenBody => "'{'",
        HclTokenKind.CloseBody => "'}'",
        HclTokenKind.OpenList => "'['",
        _ => "']'",
    };
}
