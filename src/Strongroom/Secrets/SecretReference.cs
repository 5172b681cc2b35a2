namespace Strongroom.Secrets;

/// <summary>The full address of one secret value: <c>store://path#field?version=3</c>.</summary>
/// <remarks>
/// In the written form the characters <c>% # ? $ { }</c>, spaces and control characters of a path or field stand as <c>%XX</c> of
/// their UTF-8 bytes; everything else stands as itself. The form holds no value, so it may be logged.
/// </remarks>
/// <param name="Store">Name of a configured store: lower-case letters, digits and hyphens, a letter first, 64 at most.</param>
/// <param name="Address">Where the value is inside it.</param>
public sealed record SecretReference(string Store, SecretAddress Address)
{
    /// <summary>The longest path that can be written, in characters.</summary>
    public const int PathLengthMax = 1024;

    /// <summary>The longest field, in characters.</summary>
    public const int FieldLengthMax = 256;

    /// <summary>The longest store name, in characters.</summary>
    public const int StoreLengthMax = 64;

    /// <summary>Reads <c>store://path#field?version=3</c>.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/>, saying what is wrong with it.</exception>
    public static SecretReference Parse(string text) =>
        SecretReferenceSyntax.TryParse(text, out var reference, out var problem)
            ? reference
            : throw SecretReferenceSyntax.Invalid(text, problem);

    /// <summary>Reads <c>store://path#field?version=3</c>; false with the reason in <paramref name="problem"/> when it is not one.</summary>
    public static bool TryParse(string text, out SecretReference reference, out string problem)
    {
        var read = SecretReferenceSyntax.TryParse(text, out var found, out problem);
        reference = found!;
        return read;
    }

    /// <summary>Reads the part after the store: <c>path#field?version=3</c>.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/>, saying what is wrong with it.</exception>
    public static SecretAddress ParseAddress(string text) =>
        SecretReferenceSyntax.TryParseAddress(text, out var address, out var problem)
            ? address
            : throw SecretReferenceSyntax.Invalid(text, problem);

    /// <summary>True when <paramref name="name"/> may name a store.</summary>
    public static bool IsStoreName(ReadOnlySpan<char> name) => SecretReferenceSyntax.IsStoreName(name);

    /// <summary>The reference as it is written in a manifest; <see cref="Parse"/> reads it back.</summary>
    public override string ToString() => SecretReferenceSyntax.Format(this);
}
