namespace Strongroom.Vault.Hcl;

/// <summary>A word with its place: a key or a label.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Column">Column in the line.</param>
/// <param name="Text">The word.</param>
public readonly record struct HclWord(int Line, int Column, string Text);

/// <summary>One entry of a body: <c>key = value</c>, or a block <c>key "label" { … }</c>, whose value is an <see cref="HclBody"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="Labels">The labels of a block; empty for an attribute.</param>
/// <param name="Value">The value.</param>
/// <param name="IsBlock">Written as a block, without <c>=</c>.</param>
public sealed record HclItem(HclWord Key, IReadOnlyList<HclWord> Labels, HclValue Value, bool IsBlock);

/// <summary>A block with its label and body, whichever of the forms of HCL and JSON it was written in.</summary>
/// <param name="Label">The label; the place of the key and an empty text when there is none.</param>
/// <param name="Body">What stands in the block.</param>
public readonly record struct HclBlock(HclWord Label, HclBody Body);

/// <summary>What stands between two braces, or in a whole file. A key may stand in it more than once.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Column">Column in the line.</param>
/// <param name="Items">The entries in their order.</param>
public sealed record HclBody(int Line, int Column, IReadOnlyList<HclItem> Items) : HclValue(Line, Column)
{
    /// <inheritdoc/>
    public override string Shape => "a block";

    /// <summary>The first entry of a key; null when there is none.</summary>
    public HclItem? Find(string key)
    {
        foreach (var item in Items)
            if (string.Equals(item.Key.Text, key, StringComparison.Ordinal)) return item;
        return null;
    }

    /// <summary>
    /// The blocks of one entry that have one label each. <c>path "a" { }</c>, <c>path = { "a" = { } }</c> and the JSON forms
    /// <c>"path": {"a": {}}</c> and <c>"path": [{"a": {}}]</c> say the same. False when the entry has another shape; the
    /// <paramref name="misfit"/> is what does not fit.
    /// </summary>
    public static bool TryReadLabelled(HclItem item, List<HclBlock> blocks, out HclValue misfit)
    {
        misfit = item.Value;
        if (item.Labels.Count > 1) return false;
        if (item.Labels.Count == 0) return TryReadLabels(item.Value, blocks, ref misfit);
        if (item.Value is not HclBody body) return false;
        blocks.Add(new HclBlock(item.Labels[0], body));
        return true;
    }

    private static bool TryReadLabels(HclValue value, List<HclBlock> blocks, ref HclValue misfit)
    {
        misfit = value;
        switch (value)
        {
            case HclList list:
                foreach (var entry in list.Items)
                {
                    misfit = entry;
                    if (entry is not HclBody || !TryReadLabels(entry, blocks, ref misfit)) return false;
                }
                return true;
            case HclBody labels:
                foreach (var labelled in labels.Items)
                {
                    misfit = labelled.Value;
                    if (labelled.Labels.Count > 0) return false;
                    // JSON writes two blocks of one label as a list of bodies.
                    IReadOnlyList<HclValue> bodies = labelled.Value is HclList several ? several.Items : [labelled.Value];
                    foreach (var one in bodies)
                    {
                        misfit = one;
                        if (one is not HclBody body) return false;
                        blocks.Add(new HclBlock(labelled.Key, body));
                    }
                }
                return true;
            default:
                return false;
        }
    }
}
