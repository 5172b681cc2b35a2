using Strongroom.Secrets;

namespace Strongroom.Backends;

/// <summary>
/// Fields in stores whose secrets are bytes: a secret that is a JSON object is its fields, any other secret is the one field
/// <c>value</c>.
/// </summary>
internal static class SecretPayload
{
    /// <summary>What an address means inside a whole secret, which this takes over.</summary>
    /// <exception cref="SecretException">NotFound when there is no such field.</exception>
    public static SecretValue Take(SecretValue whole, string? field)
    {
        if (!SecretObject.IsObject(whole.Reveal()))
        {
            if (field is null or SecretAddress.DefaultField) return whole;
            whole.Dispose();
            throw new SecretException(SecretErrorKind.NotFound, "is a plain value and has no fields");
        }
        using (whole)
            return SecretObject.Find(whole.Reveal(), field) ?? throw new SecretException(SecretErrorKind.NotFound, "has no such field");
    }

    /// <summary>Whether a write must know what is there, because fields of it stay.</summary>
    public static bool Merges(string? field, SecretValue value) => field is not null || !SecretObject.IsObject(value.Reveal());

    /// <summary>The whole secret after a write; <paramref name="existing"/> is null when there is none or it does not matter. The receiver owns it.</summary>
    public static SecretValue With(SecretValue? existing, string? field, SecretValue value)
    {
        var isObject = existing is not null && SecretObject.IsObject(existing.Reveal());
        if (field is null && (!isObject || !Merges(field, value))) return value.Copy();
        if (isObject)
        {
            using var merged = SecretObject.Set(existing!.Reveal(), field ?? SecretAddress.DefaultField, value);
            return merged.ToValue();
        }
        using var start = existing is null || field is SecretAddress.DefaultField ? null : SecretObject.Set([], SecretAddress.DefaultField, existing);
        using var whole = SecretObject.Set(start is null ? [] : start.Written, field!, value);
        return whole.ToValue();
    }

    /// <summary>The whole secret without one field. The receiver owns it.</summary>
    /// <exception cref="SecretException">NotFound when there is no such field.</exception>
    public static SecretValue Without(SecretValue existing, string field)
    {
        if (!SecretObject.IsObject(existing.Reveal())) throw new SecretException(SecretErrorKind.NotFound, "is a plain value and has no fields");
        using var rest = SecretObject.Remove(existing.Reveal(), field) ?? throw new SecretException(SecretErrorKind.NotFound, "has no such field");
        return rest.ToValue();
    }
}
