using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Kubernetes;

/// <summary>The objects of the kind Secret in one namespace: reads, writes, lists and watches them.</summary>
/// <param name="api">Sends the requests.</param>
/// <param name="nameSpace">The namespace; null for that of the context.</param>
internal sealed class KubernetesObjects(KubernetesApi api, string? nameSpace)
{
    /// <summary>How long one request watches before it is sent again.</summary>
    private const int WatchSeconds = 240;

    /// <summary>Names without values, where the server knows that form; older ones answer with the list itself.</summary>
    private const string NamesOnly = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

    /// <summary>Where they are, for a person.</summary>
    public string Place => $"{api.Access.Server.Authority}{(api.Access.TrustsAnyServer ? " (ITS CERTIFICATE IS NOT CHECKED: insecure-skip-tls-verify)" : "")}, namespace {Namespace}";

    /// <summary>One object.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public async ValueTask<HttpAnswer> GetAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await api.SendAsync(HttpMethod.Get, Path(name), body: null, cancellationToken);
        if (answer.IsSuccess) return answer;
        using (answer) throw KubernetesApi.Fault(answer);
    }

    /// <summary>One object; null when there is none.</summary>
    /// <exception cref="SecretException">With the kind of any other failure.</exception>
    public async ValueTask<HttpAnswer?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await api.SendAsync(HttpMethod.Get, Path(name), body: null, cancellationToken);
        if (answer.IsSuccess) return answer;
        using (answer)
        {
            var fault = KubernetesApi.Fault(answer);
            return fault.Kind == SecretErrorKind.NotFound ? null : throw fault;
        }
    }

    /// <summary>The names of all objects, in ordinal order.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var next = "";
        do
        {
            using var answer = await ListPageAsync($"?limit=500{(next.Length == 0 ? "" : "&continue=" + Uri.EscapeDataString(next))}", cancellationToken);
            var json = answer.JsonOrNone();
            if (!answer.IsSuccess)
            {
                // The list is older than the server remembers; it offers to go on with the names of now.
                if ((int)answer.Status != 410 || json.Member("metadata").TextOf("continue") is not { Length: > 0 } fresh || string.Equals(fresh, next)) throw KubernetesApi.Fault(answer);
                next = fresh;
                continue;
            }
            json = answer.Json();
            foreach (var item in json.ItemsOf("items")) names.Add(item.Member("metadata").RequiredText("name"));
            next = json.Member("metadata").TextOf("continue") ?? "";
        }
        while (next.Length > 0);
        return [.. names];
    }

    /// <summary>A new object; null when there is one of that name.</summary>
    /// <exception cref="SecretException">With the kind of any other failure.</exception>
    public async ValueTask<WriteReceipt?> CreateAsync(string name, string key, SecretValue value, CancellationToken cancellationToken)
    {
        using var answer = await api.SendAsync(HttpMethod.Post, Path(name: null), () => KubernetesObject.New(name, key, value), cancellationToken);
        if (answer.IsSuccess) return KubernetesObject.Receipt(answer);
        var fault = KubernetesApi.Fault(answer);
        return fault.Kind switch
        {
            SecretErrorKind.Conflict => null,
            SecretErrorKind.NotFound => throw new SecretException(SecretErrorKind.InvalidInput, $"there is no namespace {Namespace}", help: "set namespace, or create it"),
            _ => throw fault,
        };
    }

    /// <summary>Changes one key, or with no value removes it; over one version, if there is one to name. The caller looks at the answer.</summary>
    public ValueTask<HttpAnswer> PatchAsync(string name, string key, SecretValue? value, string? version, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Patch, Path(name), () => KubernetesObject.Patch(key, value, version), cancellationToken);

    /// <summary>Deletes an object.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await api.SendAsync(HttpMethod.Delete, Path(name), body: null, cancellationToken);
        if (!answer.IsSuccess) throw KubernetesApi.Fault(answer);
    }

    /// <summary>Asks whether objects may be listed.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        using var answer = await ListPageAsync("?limit=1", cancellationToken);
        if (!answer.IsSuccess) throw KubernetesApi.Fault(answer);
    }

    /// <summary>Completes when something happened to one of some objects.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public async Task WaitForAnyAsync(IReadOnlyCollection<string> objects, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watches = objects.Select(name => WatchAsync(name, ended.Token)).ToList();
        var first = await Task.WhenAny(watches);
        await ended.CancelAsync();
        await Task.WhenAll(watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>Completes with the first event of an object, or when the server no longer knows what happened since.</summary>
    private async Task WatchAsync(string name, CancellationToken cancellationToken)
    {
        var only = $"?fieldSelector=metadata.name%3D{name}";
        string version;
        using (var list = await api.SendAsync(HttpMethod.Get, Path(name: null) + only, body: null, cancellationToken, NamesOnly))
        {
            if (!list.IsSuccess) throw KubernetesApi.Fault(list);
            version = list.Json().Member("metadata").RequiredText("resourceVersion");
        }
        while (true)
        {
            using var answer = await api.SendAsync(
                HttpMethod.Get, $"{Path(name: null)}{only}&watch=true&timeoutSeconds={WatchSeconds}&resourceVersion={Uri.EscapeDataString(version)}",
                body: null, cancellationToken, firstLineOnly: true);
            if ((int)answer.Status == 410 || (answer.IsSuccess && answer.Bytes.Length > 0)) return;
            if (!answer.IsSuccess) throw KubernetesApi.Fault(answer);
        }
    }

    private string Namespace => nameSpace ?? api.Access.Namespace;

    private string Path(string? name) => $"/api/v1/namespaces/{Namespace}/secrets{(name is null ? "" : "/" + name)}";

    private ValueTask<HttpAnswer> ListPageAsync(string query, CancellationToken cancellationToken) =>
        api.SendAsync(HttpMethod.Get, Path(name: null) + query, body: null, cancellationToken, NamesOnly);
}

/// <summary>What an object of the kind Secret is called and looks like on the wire.</summary>
internal static class KubernetesObject
{
    private const string MergePatch = "application/merge-patch+json";
    private const int NameLengthMax = 253;

    /// <summary>True for the name of an object: an RFC 1123 subdomain.</summary>
    public static bool IsName(string name)
    {
        if (name.Length is 0 or > NameLengthMax) return false;
        foreach (var part in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan(part);
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-') return false;
            foreach (var c in label)
                if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        }
        return true;
    }

    /// <summary>True for a key inside an object.</summary>
    public static bool IsKey(string key)
    {
        if (key.Length is 0 or > NameLengthMax || key is "." or ".." || key.StartsWith("..", StringComparison.Ordinal)) return false;
        foreach (var c in key)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        return true;
    }

    /// <summary>The value of a key; null when there is no such key.</summary>
    /// <exception cref="SecretException">Malformed when it is no base64.</exception>
    public static SecretValue? Find(HttpAnswer answer, string key) => Has(answer, key) ? Decode(answer.Json().Member("data").Member(key)) : null;

    /// <summary>Whether there is a key.</summary>
    public static bool Has(HttpAnswer answer, string key) => answer.Json().Member("data").Member(key).ValueKind == JsonValueKind.String;

    /// <summary>The keys, in ordinal order.</summary>
    public static List<string> Keys(HttpAnswer answer)
    {
        var keys = new List<string>();
        if (answer.Json().Member("data") is { ValueKind: JsonValueKind.Object } data)
            foreach (var member in data.EnumerateObject()) keys.Add(member.Name);
        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    /// <summary>The state of the object: its <c>resourceVersion</c>.</summary>
    public static SecretVersion? VersionOf(HttpAnswer answer) =>
        answer.Json().Member("metadata").TextOf("resourceVersion") is { Length: > 0 } version ? SecretVersion.Named(version) : null;

    /// <summary>What a write made.</summary>
    public static WriteReceipt Receipt(HttpAnswer answer) => new(VersionOf(answer));

    /// <summary>All keys as one JSON object, as a secret of fields is given out without a field.</summary>
    public static SecretValue Whole(HttpAnswer answer)
    {
        var data = answer.Json().Member("data");
        using var whole = new SecretBuffer();
        using (var writer = new Utf8JsonWriter(whole, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (data.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in data.EnumerateObject())
                {
                    using var value = Decode(member.Value);
                    writer.WritePropertyName(member.Name);
                    SecretObject.Write(writer, value);
                }
            }
            writer.WriteEndObject();
        }
        return whole.ToValue();
    }

    /// <summary>The body that makes an object with one key.</summary>
    public static JsonBody New(string name, string key, SecretValue value) => JsonBody.Object((name, key, value), static (writer, made) =>
    {
        writer.WriteString("apiVersion", "v1");
        writer.WriteString("kind", "Secret");
        writer.WriteStartObject("metadata");
        writer.WriteString("name", made.name);
        writer.WriteEndObject();
        writer.WriteString("type", "Opaque");
        WriteData(writer, made.key, made.value);
    });

    /// <summary>The body that changes one key, or with no value removes it; over one version, if there is one to name.</summary>
    public static JsonBody Patch(string key, SecretValue? value, string? version) => JsonBody.Object((key, value, version), static (writer, change) =>
    {
        if (change.version is not null)
        {
            writer.WriteStartObject("metadata");
            writer.WriteString("resourceVersion", change.version);
            writer.WriteEndObject();
        }
        WriteData(writer, change.key, change.value);
    }, MergePatch);

    private static void WriteData(Utf8JsonWriter writer, string key, SecretValue? value)
    {
        writer.WriteStartObject("data");
        if (value is null) writer.WriteNull(key);
        else writer.WriteBase64String(key, value.Reveal());
        writer.WriteEndObject();
    }

    private static SecretValue Decode(JsonElement encoded)
    {
        if (encoded.ValueKind != JsonValueKind.String || !encoded.TryGetBytesFromBase64(out var bytes)) throw new SecretException(SecretErrorKind.Malformed, "was answered with a value that is no base64");
        var value = SecretValue.FromBytes(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return value;
    }
}
