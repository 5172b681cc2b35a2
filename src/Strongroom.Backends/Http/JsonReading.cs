using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>Reads members of answers; what is absent reads as absent, what has another type than the vendor promises is malformed.</summary>
internal static class JsonReading
{
    /// <summary>A member; of kind Undefined when this is no object or has none.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>A text that is no secret; null when it is absent, null or no text.</summary>
    public static string? TextOf(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text ? Guard(text, static t => t.GetString()) : null;

    /// <summary>A text that must be there.</summary>
    /// <exception cref="SecretException">Malformed.</exception>
    public static string RequiredText(this JsonElement element, string name) => element.TextOf(name) ?? throw Missing(name);

    /// <summary>A whole number; null when it is absent or something else. Numbers that are written as texts count, as JSON of protocol buffers has them.</summary>
    public static long? NumberOf(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) => value,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) => value,
        _ => null,
    };

    /// <summary>True only for <c>true</c>.</summary>
    public static bool IsTrue(this JsonElement element, string name) => element.Member(name).ValueKind == JsonValueKind.True;

    /// <summary>A moment in ISO 8601; null when it is absent or something else.</summary>
    public static DateTimeOffset? TimeOf(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out var time) ? time : null;

    /// <summary>A text that is a secret, as a value that the receiver owns; null when it is absent or null.</summary>
    /// <exception cref="SecretException">Malformed when it is there and no text.</exception>
    public static SecretValue? SecretOf(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => Guard(text, static t => SecretObject.ToValue(t)),
        _ => throw new SecretException(SecretErrorKind.Malformed, $"was answered with a member {name} that is no text"),
    };

    /// <summary>The items of a list; none when it is absent or null.</summary>
    /// <exception cref="SecretException">Malformed when it is there and no list, and when this is there and could have none.</exception>
    public static IEnumerable<JsonElement> ItemsOf(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } when element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null) => throw Missing(name),
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        _ => throw new SecretException(SecretErrorKind.Malformed, $"was answered with a member {name} that is no list"),
    };

    private static SecretException Missing(string name) => new(SecretErrorKind.Malformed, $"was answered without {name}");

    /// <summary>Broken surrogates surface as an exception that quotes nothing but must be ours.</summary>
    private static T Guard<T>(JsonElement element, Func<JsonElement, T> read)
    {
        try
        {
            return read(element);
        }
        catch (InvalidOperationException)
        {
            throw new SecretException(SecretErrorKind.Malformed, "was answered with text that is not Unicode");
        }
    }
}
