namespace Strongroom.Secrets;

/// <summary>
/// Where one value lives inside a store: a path, for stores whose secrets have fields one of them, and for stores that keep
/// history a version.
/// </summary>
/// <param name="Path">Path of the secret, without leading or trailing slash. Opaque to all but its store.</param>
/// <param name="Field">
/// A field of a secret whose value is a JSON object. Without one, a store of objects answers with the field <c>value</c>
/// when there is one and otherwise with the whole object as JSON.
/// </param>
/// <param name="Version">A version of the secret; null is the current one.</param>
public readonly record struct SecretAddress(string Path, string? Field = null, SecretVersion? Version = null)
{
    /// <summary>The field that holds a secret of one value.</summary>
    public const string DefaultField = "value";

    /// <summary><c>path#field?version=3</c>. Holds no value, so it may be logged.</summary>
    public override string ToString() =>
        $"{Path}{(Field is null ? "" : "#" + Field)}{(Version is null ? "" : "?version=" + Version.Value)}";
}
