using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Aws;

/// <summary>
/// AWS Secrets Manager and STS at one address, as AWS_ENDPOINT_URL expects. Signatures are verified; secrets have versions, stages, a
/// recovery window and AWS's limits; what identities may do is told by <see cref="Denied"/>.
/// </summary>
public sealed class FakeAws : FakeService
{
    /// <summary>The account.</summary>
    public const string Account = "123456789012";

    private readonly LaggingState<ImmutableSortedDictionary<string, AwsSecret>> _secrets = new(ImmutableSortedDictionary.Create<string, AwsSecret>(StringComparer.Ordinal));
    private int _sessions;

    /// <summary>A service of one region with one user.</summary>
    public FakeAws(TimeProvider? time = null, string region = "eu-west-1")
        : base(
            new SplitContract(
                (e => e.RequestHeaders.GetValueOrDefault("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) == true, new AwsServiceContract("aws-sts-2011-06-15.service.json")),
                (_ => true, new AwsServiceContract("aws-secretsmanager-2017-10-17.service.json"))),
            time) => Region = region;

    /// <summary>The region that signatures must name.</summary>
    public string Region { get; }

    /// <summary>Secret keys (and session tokens) by access key.</summary>
    public Dictionary<string, (string Secret, string? Session)> Keys { get; } = new() { ["AKIAFAKE0000USER0001"] = ("canary-credential", null) };

    /// <summary>Operations that are denied to everybody, as <c>BatchGetSecretValue</c> or <c>sts:AssumeRole</c>.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>The external id that the role asks for, if it asks for one.</summary>
    public string? ExternalId { get; set; }

    /// <summary>The web identity token that is accepted.</summary>
    public string WebIdentityToken { get; set; } = "web-identity-token";

    /// <summary>How many secrets a page of a list has at most.</summary>
    public int PageSize { get; set; } = 100;

    /// <summary>Puts a secret there without a request.</summary>
    public void Seed(string name, byte[] value) => _secrets.Change(all => (Written(all, name, value, Guid.NewGuid().ToString(), null, Time.GetUtcNow()), true));

    /// <summary>The secrets as they are now.</summary>
    public IReadOnlyDictionary<string, AwsSecret> Secrets => _secrets.Current;

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken) => new(Answer(request));

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => (IsSts(request) ? StsError("Throttling", 400) : Error("ThrottlingException", 400)).WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => IsSts(request) ? StsError("InternalFailure", status) : Error("InternalServiceError", status);

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => IsSts(request) ? StsError("ExpiredToken", 403) : Error("ExpiredTokenException", 400);

    private FakeAnswer Answer(FakeRequest request)
    {
        if (IsSts(request)) return Sts(request);
        if (AwsSignature.Fault(request, Keys, Region, "secretsmanager", Time.GetUtcNow()) is { } fault) return Error(fault, 400);
        var operation = request.Header("X-Amz-Target")!.Split('.')[1];
        if (Denied.Contains(operation)) return Error("AccessDeniedException", 400);
        var input = request.Json()!.AsObject();
        return operation switch
        {
            "GetSecretValue" => Get(input),
            "BatchGetSecretValue" => BatchGet(input),
            "ListSecrets" => List(input),
            "DescribeSecret" => Describe(input),
            "CreateSecret" => Create(input),
            "PutSecretValue" => Put(input),
            "UpdateSecretVersionStage" => MoveStage(input),
            "DeleteSecret" => Delete(input),
            "RestoreSecret" => Change(input, s => (s with { DeletedAt = null }, null)),
            _ => Error("InvalidParameterException", 400),
        };
    }

    private FakeAnswer Get(JsonObject input)
    {
        var (item, error) = Find((string)input["SecretId"]!, (string?)input["VersionId"], (string?)input["VersionStage"]);
        return error is null ? FakeAnswer.Json(200, item, "application/x-amz-json-1.1") : Error(error, 400);
    }

    private (JsonObject? Item, string? Error) Find(string id, string? versionId, string? stage)
    {
        if (Seen(id) is not { } secret) return (null, "ResourceNotFoundException");
        if (secret.DeletedAt is not null) return (null, "InvalidRequestException");
        var version = secret.Versions.FirstOrDefault(v => (versionId is null || v.Id == versionId) && ((versionId is not null && stage is null) || v.Stages.Contains(stage ?? "AWSCURRENT")));
        if (version is null) return (null, "ResourceNotFoundException");
        var item = new JsonObject
        {
            ["ARN"] = secret.Arn,
            ["Name"] = secret.Name,
            ["VersionId"] = version.Id,
            ["VersionStages"] = StagesOf(version),
            ["CreatedDate"] = version.Created.ToUnixTimeMilliseconds() / 1000.0,
        };
        if (version.IsText) item["SecretString"] = System.Text.Encoding.UTF8.GetString(version.Value);
        else item["SecretBinary"] = Convert.ToBase64String(version.Value);
        return (item, null);
    }

    private FakeAnswer BatchGet(JsonObject input)
    {
        var (values, errors) = (new JsonArray(), new JsonArray());
        foreach (var id in input["SecretIdList"]!.AsArray())
        {
            var (item, error) = Denied.Contains("GetSecretValue") ? (null, "AccessDeniedException") : Find((string)id!, null, null);
            if (item is not null) values.Add(item);
            else errors.Add(new JsonObject { ["SecretId"] = (string)id!, ["ErrorCode"] = error, ["Message"] = "no" });
        }
        return FakeAnswer.Json(200, new JsonObject { ["SecretValues"] = values, ["Errors"] = errors }, "application/x-amz-json-1.1");
    }

    private FakeAnswer List(JsonObject input)
    {
        var prefix = (string?)input["Filters"]?[0]?["Values"]?[0] ?? "";
        var start = input["NextToken"] is { } token ? int.Parse((string)token!, CultureInfo.InvariantCulture) : 0;
        var size = Math.Min(PageSize, (int?)input["MaxResults"] ?? 100);
        var found = _secrets.Seen(Lag).Values.Where(s => s.Name.StartsWith(prefix, StringComparison.Ordinal) && s.DeletedAt is null).ToList();
        var answer = new JsonObject
        {
            ["SecretList"] = new JsonArray([.. found.Skip(start).Take(size).Select(s => (JsonNode)new JsonObject { ["ARN"] = s.Arn, ["Name"] = s.Name })]),
        };
        if (start + size < found.Count) answer["NextToken"] = (start + size).ToString(CultureInfo.InvariantCulture);
        return FakeAnswer.Json(200, answer, "application/x-amz-json-1.1");
    }

    private FakeAnswer Describe(JsonObject input)
    {
        if (Seen((string)input["SecretId"]!) is not { } secret) return Error("ResourceNotFoundException", 400);
        var described = new JsonObject
        {
            ["ARN"] = secret.Arn,
            ["Name"] = secret.Name,
            ["VersionIdsToStages"] = new JsonObject(secret.Versions.Where(v => v.Stages.Count > 0).Select(v => KeyValuePair.Create(v.Id, (JsonNode?)StagesOf(v)))),
        };
        if (secret.DeletedAt is { } deleted) described["DeletedDate"] = deleted.ToUnixTimeSeconds();
        return FakeAnswer.Json(200, described, "application/x-amz-json-1.1");
    }

    private static JsonArray StagesOf(AwsVersion version) => new([.. version.Stages.Order().Select(s => (JsonNode)s)]);

    private FakeAnswer Create(JsonObject input)
    {
        var name = (string)input["Name"]!;
        return _secrets.Change(all =>
        {
            if (all.TryGetValue(name, out var known)) return (all, Error(known.DeletedAt is null ? "ResourceExistsException" : "InvalidRequestException", 400));
            if (Value(input) is not { Length: > 0 and <= 65536 } value) return (all, Error("InvalidParameterException", 400));
            var id = (string)input["ClientRequestToken"]!;
            var next = Written(all, name, value, id, null, Time.GetUtcNow(), input["SecretString"] is not null);
            return (next, FakeAnswer.Json(200, new JsonObject { ["ARN"] = next[name].Arn, ["Name"] = name, ["VersionId"] = id }, "application/x-amz-json-1.1"));
        });
    }

    private FakeAnswer Put(JsonObject input)
    {
        var id = (string)input["ClientRequestToken"]!;
        var stages = (input["VersionStages"] as JsonArray)?.Select(s => (string)s!).ToArray();
        return _secrets.Change(all =>
        {
            if (all.Values.FirstOrDefault(s => s.Is((string)input["SecretId"]!)) is not { } secret) return (all, Error("ResourceNotFoundException", 400));
            if (secret.DeletedAt is not null) return (all, Error("InvalidRequestException", 400));
            if (Value(input) is not { Length: > 0 and <= 65536 } value) return (all, Error("InvalidParameterException", 400));
            if (secret.Versions.FirstOrDefault(v => v.Id == id) is { } same && !same.Value.AsSpan().SequenceEqual(value)) return (all, Error("ResourceExistsException", 400));
            var next = Written(all, secret.Name, value, id, stages, Time.GetUtcNow(), input["SecretString"] is not null);
            return (next, FakeAnswer.Json(200, new JsonObject
            {
                ["ARN"] = secret.Arn,
                ["Name"] = secret.Name,
                ["VersionId"] = id,
                ["VersionStages"] = StagesOf(next[secret.Name].Versions.First(v => v.Id == id)),
            }, "application/x-amz-json-1.1"));
        });
    }

    private FakeAnswer MoveStage(JsonObject input) => Change(input, secret =>
    {
        var stage = (string)input["VersionStage"]!;
        var holder = secret.Versions.FirstOrDefault(v => v.Stages.Contains(stage));
        if (holder?.Id != (string?)input["RemoveFromVersionId"]) return (secret, "InvalidParameterException");
        return ((string?)input["MoveToVersionId"] is { } to ? secret.WithStage(stage, to) : secret with { Versions = [.. secret.Versions.Select(v => v with { Stages = v.Stages.Remove(stage) })] }, null);
    });

    private FakeAnswer Delete(JsonObject input)
    {
        var id = (string)input["SecretId"]!;
        return _secrets.Change(all =>
        {
            var secret = all.Values.FirstOrDefault(s => s.Is(id));
            if (secret is null) return (all, Error("ResourceNotFoundException", 400));
            var date = Time.GetUtcNow().AddDays((int?)input["RecoveryWindowInDays"] ?? 30);
            var next = (bool?)input["ForceDeleteWithoutRecovery"] == true ? all.Remove(secret.Name) : all.SetItem(secret.Name, secret with { DeletedAt = date });
            return (next, FakeAnswer.Json(200, new JsonObject { ["ARN"] = secret.Arn, ["Name"] = secret.Name, ["DeletionDate"] = (double)date.ToUnixTimeSeconds() }, "application/x-amz-json-1.1"));
        });
    }

    private FakeAnswer Change(JsonObject input, Func<AwsSecret, (AwsSecret Next, string? Error)> change) => _secrets.Change(all =>
    {
        if (all.Values.FirstOrDefault(s => s.Is((string)input["SecretId"]!)) is not { } secret) return (all, Error("ResourceNotFoundException", 400));
        var (next, error) = change(secret);
        return error is not null
            ? (all, Error(error, 400))
            : (all.SetItem(secret.Name, next), FakeAnswer.Json(200, new JsonObject { ["ARN"] = secret.Arn, ["Name"] = secret.Name }, "application/x-amz-json-1.1"));
    });

    private FakeAnswer Sts(FakeRequest request)
    {
        var form = request.Form();
        var action = form["Action"];
        if (action != "AssumeRoleWithWebIdentity" && AwsSignature.Fault(request, Keys, Region, "sts", Time.GetUtcNow()) is { } fault)
            return StsError(fault == "UnrecognizedClientException" ? "InvalidClientTokenId" : "SignatureDoesNotMatch", 403);
        if (Denied.Contains("sts:" + action)) return StsError("AccessDenied", 403);
        if (action == "GetCallerIdentity") return StsAnswer(action, ("UserId", "AIDAFAKE"), ("Account", Account), ("Arn", $"arn:aws:iam::{Account}:user/strongroom"));
        if (action == "AssumeRoleWithWebIdentity" && form.GetValueOrDefault("WebIdentityToken") != WebIdentityToken) return StsError("InvalidIdentityToken", 400);
        if (action == "AssumeRole" && ExternalId is not null && form.GetValueOrDefault("ExternalId") != ExternalId) return StsError("AccessDenied", 403);
        var key = $"ASIAFAKE{Interlocked.Increment(ref _sessions):D12}";
        var until = Time.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        lock (Keys) Keys[key] = ("session-secret-" + key, "session-token-" + key);
        XNamespace space = "https://sts.amazonaws.com/doc/2011-06-15/";
        var keys = new XElement(
            space + "Credentials", new XElement(space + "AccessKeyId", key), new XElement(space + "SecretAccessKey", Keys[key].Secret),
            new XElement(space + "SessionToken", Keys[key].Session), new XElement(space + "Expiration", until));
        return FakeAnswer.Text(200, new XElement(space + (action + "Response"), new XElement(space + (action + "Result"), keys)).ToString(), "text/xml");
    }

    private static FakeAnswer StsAnswer(string action, params (string Name, string Value)[] members)
    {
        XNamespace space = "https://sts.amazonaws.com/doc/2011-06-15/";
        var result = new XElement(space + (action + "Result"), members.Select(m => new XElement(space + m.Name, m.Value)));
        return FakeAnswer.Text(200, new XElement(space + (action + "Response"), result).ToString(), "text/xml");
    }

    private static FakeAnswer StsError(string code, int status) => FakeAnswer.Text(
        status, new XElement("ErrorResponse", new XElement("Error", new XElement("Type", "Sender"), new XElement("Code", code), new XElement("Message", "no")), new XElement("RequestId", "1")).ToString(), "text/xml");

    private static FakeAnswer Error(string code, int status) =>
        FakeAnswer.Json(status, new JsonObject { ["__type"] = code, ["Message"] = "no" }, "application/x-amz-json-1.1");

    private static bool IsSts(FakeRequest request) => request.Header("X-Amz-Target") is null;

    private AwsSecret? Seen(string id) => _secrets.Seen(Lag).TryGetValue(id, out var named) ? named : _secrets.Seen(Lag).Values.FirstOrDefault(s => s.Is(id));

    private static byte[]? Value(JsonObject input) => input["SecretString"] is { } text
        ? System.Text.Encoding.UTF8.GetBytes((string)text!)
        : input["SecretBinary"] is { } binary ? Convert.FromBase64String((string)binary!) : null;

    private ImmutableSortedDictionary<string, AwsSecret> Written(
        ImmutableSortedDictionary<string, AwsSecret> all, string name, byte[] value, string id, string[]? stages, DateTimeOffset now, bool? isText = null)
    {
        var secret = all.GetValueOrDefault(name) ?? new AwsSecret(name, $"arn:aws:secretsmanager:{Region}:{Account}:secret:{name}-AbCdEf", [], null);
        if (secret.Versions.Any(v => v.Id == id)) return all;
        secret = secret with { Versions = secret.Versions.Add(new AwsVersion(id, value, isText ?? System.Text.Unicode.Utf8.IsValid(value), [], now)) };
        foreach (var stage in stages ?? ["AWSCURRENT"]) secret = secret.WithStage(stage, id);
        return all.SetItem(name, secret);
    }
}

/// <summary>A secret of the fake.</summary>
public sealed record AwsSecret(string Name, string Arn, ImmutableList<AwsVersion> Versions, DateTimeOffset? DeletedAt)
{
    /// <summary>Whether a name or ARN means it.</summary>
    public bool Is(string id) => id == Name || id == Arn;

    /// <summary>The same with a stage on one version and on no other; AWSCURRENT leaves AWSPREVIOUS behind.</summary>
    public AwsSecret WithStage(string stage, string id)
    {
        var holder = Versions.FirstOrDefault(v => v.Stages.Contains(stage));
        var next = this with
        {
            Versions = [.. Versions.Select(v => v with { Stages = v.Id == id ? v.Stages.Add(stage) : v.Stages.Remove(stage) })],
        };
        return stage == "AWSCURRENT" && holder is not null && holder.Id != id ? next.WithStage("AWSPREVIOUS", holder.Id) : next;
    }
}

/// <summary>A version of a secret of the fake.</summary>
public sealed record AwsVersion(string Id, byte[] Value, bool IsText, ImmutableHashSet<string> Stages, DateTimeOffset Created);
