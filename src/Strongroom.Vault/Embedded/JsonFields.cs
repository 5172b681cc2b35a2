using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Json;

namespace Strongroom.Vault.Embedded;

/// <summary>Picks fields out of a JSON object without copying more of it than asked for.</summary>
internal static class JsonFields
{
    public static List<string> Names(ReadOnlySpan<byte> json)
    {
        var names = new List<string>();
        var cursor = new JsonCursor(json);
        cursor.EnterObject();
        while (cursor.NextMember())
        {
            names.Add(cursor.Name);
            cursor.Skip();
        }
        return names;
    }

    public static SecretValue? Find(ReadOnlySpan<byte> json, string name)
    {
        var cursor = new JsonCursor(json);
        if (!GoTo(ref cursor, name)) return null;
        if (cursor.IsText) return Text(ref cursor);
        var raw = cursor.ReadRaw();
        return Bytes(raw) ?? SecretValue.FromBytes(raw);
    }

    /// <summary>One member as the JSON that it is.</summary>
    public static SecretValue? Raw(ReadOnlySpan<byte> json, string name)
    {
        var cursor = new JsonCursor(json);
        return GoTo(ref cursor, name) ? SecretValue.FromBytes(cursor.ReadRaw()) : null;
    }

    private static bool GoTo(ref JsonCursor cursor, string name)
    {
        ReadOnlySpan<byte> wanted = Encoding.UTF8.GetBytes(name);
        cursor.EnterObject();
        while (cursor.NextMember())
        {
            if (cursor.NameIs(wanted)) return true;
            cursor.Skip();
        }
        return false;
    }

    private static SecretValue Text(ref JsonCursor cursor)
    {
        var raw = cursor.ReadRawText();
        if (!raw.Contains((byte)'\\')) return SecretValue.FromBytes(raw);
        var plain = GC.AllocateUninitializedArray<byte>(raw.Length, pinned: true);
        try
        {
            return SecretValue.FromBytes(plain.AsSpan(0, JsonEscapes.Unescape(raw, plain)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>The bytes of <c>{"$base64": "…"}</c>; null for every other value.</summary>
    private static SecretValue? Bytes(ReadOnlySpan<byte> raw)
    {
        var cursor = new JsonCursor(raw);
        if (!cursor.IsObject) return null;
        cursor.EnterObject();
        if (!cursor.NextMember() || !cursor.NameIs(SecretFields.Base64Member) || !cursor.IsText) return null;
        using var text = Text(ref cursor);
        if (cursor.NextMember()) return null;
        var plain = GC.AllocateUninitializedArray<byte>(Base64.GetMaxDecodedFromUtf8Length(text.Length), pinned: true);
        var decoded = Base64.DecodeFromUtf8(text.Reveal(), plain, out _, out var length) == System.Buffers.OperationStatus.Done
            ? SecretValue.FromBytes(plain.AsSpan(0, length))
            : null;
        CryptographicOperations.ZeroMemory(plain);
        return decoded;
    }
}
