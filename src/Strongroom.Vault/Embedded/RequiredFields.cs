using Strongroom.Secrets;

namespace Strongroom.Vault.Embedded;

/// <summary>Fields that a typed secret must have. All that are missing are told at once.</summary>
internal readonly struct RequiredFields
{
    private readonly KvSecret _secret;

    public RequiredFields(KvSecret secret, params ReadOnlySpan<string> names)
    {
        _secret = secret;
        var present = secret.FieldNames;
        var missing = new List<string>();
        foreach (var name in names)
        {
            if (!present.Contains(name)) missing.Add(name);
        }
        if (missing.Count > 0)
            throw new SecretException(SecretErrorKind.Malformed, "lacks the fields " + string.Join(", ", missing), operation: "read", name: secret.Path);
    }

    /// <summary>The field; the receiver owns it.</summary>
    public SecretValue Value(string name) => _secret.Field(name)!;

    public string Text(string name)
    {
        using var value = Value(name);
        return value.RevealText();
    }

    /// <summary>A number, whether written as one or as text.</summary>
    public int Number(string name)
    {
        using var value = Value(name);
        return int.TryParse(value.Reveal(), out var number)
            ? number
            : throw new SecretException(SecretErrorKind.Malformed, $"has a field {name} that is no number", operation: "read", name: _secret.Path);
    }
}
