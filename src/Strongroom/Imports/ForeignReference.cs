using System.Buffers;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Imports;

/// <summary>
/// Reads references in the forms of vals (<c>ref+vault://…</c>, https://github.com/helmfile/vals) and 1Password (<c>op://…</c>) as the
/// store and address that they mean here. What dotenvx encrypted (<c>encrypted:…</c>) is no value either: it means the one that dotenvx knows.
/// </summary>
internal static class ForeignReference
{
    private static readonly SearchValues<byte> Words = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789"u8);

    /// <summary>Whether a value is such a reference, or holds one.</summary>
    public static bool Looks(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("op://"u8) || IsSealed(text)) return true;
        for (var at = text.IndexOf("ref+"u8); at >= 0; at = text.IndexOf("ref+"u8))
        {
            text = text[(at + 4)..];
            var kind = text.IndexOfAnyExcept(Words);
            if (kind > 0 && text[kind..].StartsWith("://"u8)) return true;
        }
        return false;
    }

    /// <summary>How to get the value with the tool that knows it.</summary>
    public static string Command(string text, string name) =>
        text.StartsWith("op://", StringComparison.Ordinal) ? "op read …" : text.StartsWith("encrypted:", StringComparison.Ordinal) ? $"dotenvx get {name}" : "vals get …";

    /// <summary>dotenvx writes ECIES ciphertext as base64: a point of 65 bytes, a nonce, a tag and the value.</summary>
    private static bool IsSealed(ReadOnlySpan<byte> text) =>
        text.StartsWith("encrypted:"u8) && text.Length >= 120 && System.Buffers.Text.Base64.IsValid(text["encrypted:".Length..]);

    /// <summary>What to write instead of such a reference in a manifest; null when it is none.</summary>
    public static string? Instead(string text)
    {
        if (!Looks(Encoding.UTF8.GetBytes(text))) return null;
        return Read(text, out var problem) is var (store, address)
            ? $"name a store of the kind {store.Kind} under stores: and write {new SecretReference(store.Name, address)}"
            : $"it {problem}";
    }

    /// <summary>Null and the reason when it has no counterpart here.</summary>
    public static (StorePlace Store, SecretAddress Address)? Read(string text, out string problem)
    {
        problem = "";
        if (text.StartsWith("op://", StringComparison.Ordinal)) return Fail("is in 1Password, and there is no such store here", out problem);
        if (text.StartsWith("encrypted:", StringComparison.Ordinal)) return Fail("is encrypted by dotenvx, which alone can open it", out problem);
        if (!text.StartsWith("ref+", StringComparison.Ordinal)) return Fail("holds a reference inside a longer text", out problem);
        // A plus at the end tells vals where the reference ends.
        var whole = text[4..].TrimEnd('+');
        var scheme = whole.IndexOf("://", StringComparison.Ordinal);
        var kind = whole[..scheme];
        var (rest, fragment) = Cut(whole[(scheme + 3)..], '#');
        var (path, query) = Cut(rest, '?');
        // vals takes the query behind the fragment, too.
        if (query.Length == 0) (fragment, query) = Cut(fragment, '?');
        if (path.Contains("ref+", StringComparison.Ordinal) || fragment.Contains("ref+", StringComparison.Ordinal)) return Fail("holds several references in one text", out problem);
        var field = fragment.Trim('/');
        if (field.Contains('/', StringComparison.Ordinal)) return Fail("goes deeper into a value than one field", out problem);
        return Make(kind, path.Trim('/'), field.Length == 0 ? null : Uri.UnescapeDataString(field), new Query(query), out problem);
    }

    private static (StorePlace, SecretAddress)? Make(string kind, string path, string? field, Query query, out string problem)
    {
        var segments = path.Split('/');
        problem = "";
        switch (kind)
        {
            case "vault" or "openbao" when segments.Length > 1:
                // The path is the one of the API: version 2 of the engine has data/ in it.
                string[] below = segments is [_, "data", ..] ? segments[2..] : segments[1..];
                var address = query["address"] ?? (query["host"] is { } host ? $"{query["proto"] ?? "https"}://{host}" : null);
                return (StorePlace.Of("vault", "hashicorp-vault", ("address", address), ("namespace", query["namespace"]), ("mount", segments[0] == "secret" ? null : segments[0])),
                    Address(string.Join('/', below), field, query["version"]));
            case "awssecrets":
                return (StorePlace.Of("aws", "aws", ("region", query["region"]), ("profile", query["profile"]), ("role", query["role_arn"])),
                    Address(path, field, query["version_id"] ?? query["version_stage"]));
            case "gcpsecrets" when segments.Length == 2:
                return (StorePlace.Of("gcp", "gcp", ("project", segments[0])), Address(segments[1], field, query["version"] is "latest" ? null : query["version"]));
            case "azurekeyvault" when segments.Length is 2 or 3:
                return (AzurePlace.Of(segments[0]), Address(segments[1], field, segments.Length == 3 ? segments[2] : null));
            case "hcpvaultsecrets" when segments.Length == 2:
                return (StorePlace.Of("hcp", "hcp", ("organization", query["organization_id"]), ("project", query["project_id"]), ("app", segments[0])),
                    Address(segments[1], field, query["version"]));
            case "k8s" when segments is [_, var type, var space, var name, var key] && type is "Secret":
                return (StorePlace.Of("kubernetes", "kubernetes", ("namespace", space), ("context", query["kubeContext"]), ("kubeconfig", query["kubeConfigPath"])), Address(name, key, version: null));
            case "envsubst" when path.StartsWith('$') && SecretName.IsEnvironmentName(path[1..].Trim('{', '}')):
                return (StorePlace.Of("environment", "shell"), Address(path[1..].Trim('{', '}'), field: null, version: null));
            case "vault" or "openbao" or "gcpsecrets" or "azurekeyvault" or "hcpvaultsecrets" or "k8s" or "envsubst":
                return Fail($"is a reference to {kind} of a form that is not known here", out problem);
            default:
                return Fail($"is a reference to {kind}, and there is no such store here", out problem);
        }
    }

    private static SecretAddress Address(string path, string? field, string? version) => new(path, field, version is null ? null : SecretVersion.Parse(version));

    private static (StorePlace, SecretAddress)? Fail(string reason, out string problem)
    {
        problem = reason;
        return null;
    }

    private static (string Before, string Behind) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is var found and >= 0 ? (text[..found], text[(found + 1)..]) : (text, "");

    /// <summary>The parameters of a reference.</summary>
    private readonly struct Query(string text)
    {
        public string? this[string name]
        {
            get
            {
                foreach (var pair in text.Split('&'))
                {
                    var (key, value) = Cut(pair, '=');
                    if (key == name && value.Length > 0) return Uri.UnescapeDataString(value);
                }
                return null;
            }
        }
    }
}
