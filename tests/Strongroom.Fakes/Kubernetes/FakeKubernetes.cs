using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Kubernetes;

/// <summary>
/// The part of a Kubernetes API server that keeps secrets: create, replace, merge patch, server-side apply, delete with preconditions,
/// lists in pages, tokens. What it does is held against a transcript of a real one.
/// </summary>
public sealed class FakeKubernetes(TimeProvider? time = null) : FakeService(KubernetesContract.Create(), time)
{
    /// <summary>The limit of Kubernetes for all values of one object.</summary>
    public const int BytesMax = 1_048_576;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, KubernetesSecret> _secrets = [];
    private readonly HashSet<string> _namespaces = ["default"];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision = 200;

    /// <summary>The tokens that are known, and whether each may do anything here.</summary>
    public Dictionary<string, bool> Tokens { get; } = new() { ["good"] = true, ["viewer"] = false };

    /// <summary>Whether the next page that is asked for is of a list that the server no longer remembers.</summary>
    public bool ForgetsLists { get; set; }

    /// <summary>Puts an object there, past the API.</summary>
    public KubernetesSecret Put(string name, IReadOnlyDictionary<string, byte[]> data, bool isImmutable = false, string nameSpace = "default")
    {
        lock (_lock)
        {
            _namespaces.Add(nameSpace);
            var secret = new KubernetesSecret(nameSpace, name, Guid.NewGuid().ToString(), Time.GetUtcNow()) { IsImmutable = isImmutable };
            foreach (var (key, value) in data) secret.Data[key] = value;
            return _secrets[$"{nameSpace}/{name}"] = Touch(secret);
        }
    }

    /// <summary>The object as it is now; null when there is none.</summary>
    public KubernetesSecret? Find(string name, string nameSpace = "default")
    {
        lock (_lock) return _secrets.GetValueOrDefault($"{nameSpace}/{name}");
    }

    protected override async ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (request.Query("watch") != "true" || Events(request) is not { } events) return Answer(request);
                if (events.Count > 0) return FakeAnswer.Text(200, string.Join('\n', events) + "\n", "application/json");
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>What happened to an object since a revision; null for a request that the server refuses.</summary>
    private List<string>? Events(FakeRequest request)
    {
        var token = request.Header("Authorization")?.Replace("Bearer ", "", StringComparison.Ordinal);
        if (token is null || !Tokens.TryGetValue(token, out var isAllowed) || !isAllowed) return null;
        var (name, since) = (request.Query("fieldSelector")!.Split('=')[1], long.Parse(request.Query("resourceVersion")!, CultureInfo.InvariantCulture));
        if (ForgetsLists) return [new JsonObject { ["type"] = "ERROR", ["object"] = new JsonObject { ["kind"] = "Status", ["code"] = 410, ["reason"] = "Expired" } }.ToJsonString()];
        return [.. _secrets.Values.Where(s => s.Name == name && long.Parse(s.Revision, CultureInfo.InvariantCulture) > since)
            .Select(s => new JsonObject { ["type"] = "MODIFIED", ["object"] = s.ToJson() }.ToJsonString())];
    }

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) =>
        KubernetesStatus.Failure(429, "TooManyRequests", "the server has received too many requests").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => KubernetesStatus.Failure(status, status switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        410 => "Expired",
        413 => "RequestEntityTooLarge",
        415 => "UnsupportedMediaType",
        422 => "Invalid",
        429 => "TooManyRequests",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "Unknown",
    }, "a failure that was asked for");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => KubernetesStatus.Failure(401, "Unauthorized", "Unauthorized");

    private FakeAnswer Answer(FakeRequest request)
    {
        var path = request.Segments;
        var token = request.Header("Authorization")?.Replace("Bearer ", "", StringComparison.Ordinal);
        if (token is not null && !Tokens.ContainsKey(token)) return ExpiredCredential(request);
        if (token is null || !Tokens[token]) return KubernetesStatus.Failure(403, "Forbidden", "forbidden: the user cannot do this", path.Count > 5 ? path[5] : "", path[0] == "apis" ? "tokenreviews" : "secrets");
        if (path is ["apis", "authentication.k8s.io", "v1", "tokenreviews"]) return Review(request);
        if (path is ["api", "v1", "namespaces", var place, "serviceaccounts", _, "token"]) return IssueToken(request, place);
        if (path.ToArray() is not ["api", "v1", "namespaces", var nameSpace, "secrets", .. var rest]) return KubernetesStatus.Failure(404, "NotFound", "the server could not find the requested resource");
        if (rest is [])
        {
            if (request.Method == "GET") return List(request, nameSpace);
            return _namespaces.Contains(nameSpace) ? Create(request.Json()!, nameSpace) : KubernetesStatus.Failure(404, "NotFound", $"namespaces \"{nameSpace}\" not found", nameSpace, "namespaces");
        }
        var name = rest[0];
        var there = _secrets.GetValueOrDefault($"{nameSpace}/{name}");
        var isApply = request.Header("Content-Type") == "application/apply-patch+yaml";
        if (there is null && !isApply) return KubernetesStatus.NotFound(name);
        return request.Method switch
        {
            "GET" => FakeAnswer.Json(200, there!.ToJson()),
            "DELETE" => Delete(request.Json(), there!),
            "PUT" => Change(there!, request.Json()!, isMerge: false),
            _ => isApply ? Apply(request, there, name, nameSpace) : Change(there!, request.Json()!, isMerge: true),
        };
    }

    private FakeAnswer Create(JsonNode body, string nameSpace)
    {
        var name = (string?)body["metadata"]?["name"] ?? "";
        if (!KubernetesStatus.IsObjectName(name)) return KubernetesStatus.Invalid(name, "FieldValueInvalid", "metadata.name");
        var secret = new KubernetesSecret(nameSpace, name, Guid.NewGuid().ToString(), Time.GetUtcNow())
        {
            Labels = body["metadata"]!["labels"]?.DeepClone().AsObject(),
            IsImmutable = (bool?)body["immutable"] == true,
            Type = (string?)body["type"] ?? "Opaque",
        };
        if (Fill(secret, body, isMerge: false) is { } fault) return fault;
        if (!_secrets.TryAdd($"{nameSpace}/{name}", secret)) return KubernetesStatus.Failure(409, "AlreadyExists", $"secrets \"{name}\" already exists", name);
        return FakeAnswer.Json(201, Touch(secret).ToJson());
    }

    private FakeAnswer Change(KubernetesSecret there, JsonNode body, bool isMerge)
    {
        if ((string?)body["metadata"]?["resourceVersion"] is { Length: > 0 } expected && expected != there.Revision) return KubernetesStatus.Failure(409, "Conflict", "the object has been modified", there.Name);
        if ((string?)body["type"] is { } type && type != there.Type) return KubernetesStatus.Invalid(there.Name, "FieldValueInvalid", "type");
        var changed = there.Copy();
        if (!isMerge) changed.Data.Clear();
        if (Fill(changed, body, isMerge) is { } fault) return fault;
        if (there.IsImmutable && !changed.HasSameData(there)) return KubernetesStatus.Invalid(there.Name, "FieldValueForbidden", "data");
        if ((bool?)body["immutable"] == true) changed.IsImmutable = true;
        _secrets[$"{there.Namespace}/{there.Name}"] = Touch(changed);
        return FakeAnswer.Json(200, changed.ToJson());
    }

    private FakeAnswer Apply(FakeRequest request, KubernetesSecret? there, string name, string nameSpace)
    {
        if (request.Query("fieldManager") is not { Length: > 0 } manager) return KubernetesStatus.Invalid("", "FieldValueRequired", "fieldManager", "PatchOptions");
        var body = request.Json()!;
        var changed = there?.Copy() ?? new KubernetesSecret(nameSpace, name, Guid.NewGuid().ToString(), Time.GetUtcNow());
        var applied = body["data"]?.AsObject() ?? [];
        var taken = applied.Where(p => changed.Owners.TryGetValue(p.Key, out var owner) && owner != manager && Convert.ToBase64String(changed.Data[p.Key]) != (string?)p.Value).Select(p => p.Key).ToList();
        if (taken.Count > 0 && request.Query("force") != "true") return KubernetesStatus.Failure(409, "Conflict", "Apply failed", causes: [.. taken.Select(k => ("FieldManagerConflict", ".data." + k))]);
        foreach (var key in changed.Owners.Where(o => o.Value == manager && !applied.ContainsKey(o.Key)).Select(o => o.Key).ToList())
        {
            changed.Owners.Remove(key);
            changed.Data.Remove(key);
        }
        if (Fill(changed, body, isMerge: true) is { } fault) return fault;
        foreach (var (key, _) in applied) changed.Owners[key] = manager;
        _secrets[$"{nameSpace}/{name}"] = Touch(changed);
        return FakeAnswer.Json(there is null ? 201 : 200, changed.ToJson());
    }

    private FakeAnswer Delete(JsonNode? options, KubernetesSecret there)
    {
        var expected = options?["preconditions"];
        if (((string?)expected?["uid"] ?? there.Uid) != there.Uid || ((string?)expected?["resourceVersion"] ?? there.Revision) != there.Revision)
            return KubernetesStatus.Failure(409, "Conflict", "the precondition does not match", there.Name, "Secret");
        _secrets.Remove($"{there.Namespace}/{there.Name}");
        _revision++;
        return KubernetesStatus.Success(there.Name, there.Uid);
    }

    private FakeAnswer List(FakeRequest request, string nameSpace)
    {
        var labels = request.Query("labelSelector")?.Split('=');
        var field = request.Query("fieldSelector")?.Split('=');
        var all = _secrets.Values.Where(s => s.Namespace == nameSpace)
            .Where(s => labels is null || (string?)s.Labels?[labels[0]] == labels[^1])
            .Where(s => field is null || (field[0] == "metadata.name" ? s.Name : s.Type) == field[^1])
            .OrderBy(s => s.Name, StringComparer.Ordinal).ToList();
        var limit = int.TryParse(request.Query("limit"), CultureInfo.InvariantCulture, out var number) && number > 0 ? number : int.MaxValue;
        if (request.Query("continue") is { Length: > 0 } token)
        {
            JsonNode? at = null;
            try
            {
                at = JsonNode.Parse(Convert.FromBase64String(token));
            }
            catch (Exception e) when (e is FormatException or System.Text.Json.JsonException)
            {
                return KubernetesStatus.Failure(400, "BadRequest", "invalid continue token");
            }
            if (ForgetsLists)
            {
                ForgetsLists = false;
                return KubernetesStatus.Failure(410, "Expired", "The provided continue parameter is too old", then: Continue((string)at!["start"]!, isFresh: true));
            }
            all = [.. all.Where(s => string.CompareOrdinal(s.Name, (string)at!["start"]!) > 0)];
        }
        var page = all.Take(limit).ToList();
        var metadata = new JsonObject { ["resourceVersion"] = _revision.ToString(CultureInfo.InvariantCulture) };
        if (page.Count < all.Count)
        {
            metadata["continue"] = Continue(page[^1].Name);
            metadata["remainingItemCount"] = all.Count - page.Count;
        }
        var namesOnly = request.Header("Accept")?.Contains("as=PartialObjectMetadataList", StringComparison.Ordinal) == true;
        return FakeAnswer.Json(200, new JsonObject
        {
            ["kind"] = namesOnly ? "PartialObjectMetadataList" : "SecretList",
            ["apiVersion"] = namesOnly ? "meta.k8s.io/v1" : "v1",
            ["metadata"] = metadata,
            ["items"] = new JsonArray([.. page.Select(s => namesOnly ? new JsonObject { ["metadata"] = s.ToJson()["metadata"]!.DeepClone() } : s.ToJson(isItem: true))]),
        });

        string Continue(string start, bool isFresh = false) => Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject { ["rv"] = isFresh ? -1 : _revision, ["start"] = start }.ToJsonString()));
    }

    private FakeAnswer IssueToken(FakeRequest request, string nameSpace)
    {
        var body = request.Json()!;
        var seconds = (long?)body["spec"]!["expirationSeconds"] ?? 3600;
        if (seconds < 600) return KubernetesStatus.Invalid("", "FieldValueInvalid", "spec.expirationSeconds", "TokenRequest");
        var token = $"{nameSpace}-{_revision++}";
        Tokens[token] = true;
        body["metadata"] = new JsonObject { ["creationTimestamp"] = null };
        body["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = (Time.GetUtcNow() + TimeSpan.FromSeconds(seconds)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
        return FakeAnswer.Json(201, body.DeepClone());
    }

    private FakeAnswer Review(FakeRequest request)
    {
        var body = request.Json()!;
        var isGood = Tokens.ContainsKey((string)body["spec"]!["token"]!);
        body["status"] = isGood ? new JsonObject { ["authenticated"] = true, ["user"] = new JsonObject { ["username"] = "system:serviceaccount:default:sa1" } }
            : new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" };
        return FakeAnswer.Json(201, body.DeepClone());
    }

    private static FakeAnswer? Fill(KubernetesSecret secret, JsonNode body, bool isMerge)
    {
        foreach (var (key, value) in body["data"]?.AsObject() ?? [])
        {
            if (!KubernetesStatus.IsKey(key)) return KubernetesStatus.Invalid(secret.Name, "FieldValueInvalid", $"data[{key}]");
            if (value is null)
            {
                if (isMerge) secret.Data.Remove(key);
                continue;
            }
            try
            {
                secret.Data[key] = Convert.FromBase64String((string)value!);
            }
            catch (FormatException)
            {
                return KubernetesStatus.Failure(400, "BadRequest", "illegal base64 data");
            }
        }
        foreach (var (key, value) in body["stringData"]?.AsObject() ?? [])
        {
            if (!KubernetesStatus.IsKey(key)) return KubernetesStatus.Invalid(secret.Name, "FieldValueInvalid", $"data[{key}]");
            secret.Data[key] = Encoding.UTF8.GetBytes((string)value!);
        }
        return secret.Data.Values.Sum(v => v.Length) > BytesMax ? KubernetesStatus.Invalid(secret.Name, "FieldValueTooLong", "data") : null;
    }

    private KubernetesSecret Touch(KubernetesSecret secret)
    {
        secret.Revision = (++_revision).ToString(CultureInfo.InvariantCulture);
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return secret;
    }
}
