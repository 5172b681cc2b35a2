using System.Globalization;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Aws;

/// <summary>
/// What gives keys to programs inside AWS, and to people: the metadata service of an instance (version 2 only), the agent of a container or
/// pod, and IAM Identity Center with its portal and its token endpoint. Each gives the same session of <see cref="FakeAws"/>.
/// Sources: the EC2 user guide (IMDSv2), the AWS SDKs and Tools Reference Guide (container and SSO providers).
/// </summary>
public sealed class FakeAwsMachine(FakeAws aws, TimeProvider? time = null) : FakeService(new NoContract(), time)
{
    private const string InstanceToken = "imds-session";
    private const string Roles = "/latest/meta-data/iam/security-credentials";

    /// <summary>The role of the instance.</summary>
    public string Role { get; init; } = "shop";

    /// <summary>What a container must send as its authorization.</summary>
    public string ContainerToken { get; set; } = "container-token";

    /// <summary>The token of the person who is logged in.</summary>
    public string SsoToken { get; set; } = "sso-token";

    /// <summary>What the token can be renewed with, once.</summary>
    public string RefreshToken { get; set; } = "refresh-1";

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken) => new(Answer(request));

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => FakeAnswer.Json(429, new JsonObject()).With("x-amzn-ErrorType", "TooManyRequestsException");

    protected override FakeAnswer Failing(FakeRequest request, int status) => FakeAnswer.Json(status, new JsonObject());

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => FakeAnswer.Json(401, new JsonObject()).With("x-amzn-ErrorType", "UnauthorizedException");

    private FakeAnswer Answer(FakeRequest request) => (request.Method, request.Path) switch
    {
        ("PUT", "/latest/api/token") => request.Header("X-aws-ec2-metadata-token-ttl-seconds") is { } ttl && int.TryParse(ttl, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 21600
            ? FakeAnswer.Text(200, InstanceToken) : FakeAnswer.Json(400, new JsonObject()),
        ("GET", var path) when path.StartsWith("/latest/", StringComparison.Ordinal) && request.Header("X-aws-ec2-metadata-token") != InstanceToken => ExpiredCredential(request),
        ("GET", Roles or Roles + "/") => FakeAnswer.Text(200, Role),
        ("GET", var path) when path == $"{Roles}/{Role}" => Keys(),
        ("GET", "/v1/credentials") => request.Header("Authorization") == ContainerToken ? Keys() : ExpiredCredential(request),
        ("GET", "/federation/credentials") => Federate(request),
        ("POST", "/token") => Renew(request.Json()!),
        _ => FakeAnswer.Json(404, new JsonObject()),
    };

    private FakeAnswer Federate(FakeRequest request)
    {
        if (request.Header("x-amz-sso_bearer_token") != SsoToken) return ExpiredCredential(request);
        if (request.Query("account_id") != FakeAws.Account || request.Query("role_name") != Role) return FakeAnswer.Json(403, new JsonObject()).With("x-amzn-ErrorType", "ForbiddenException");
        var (key, secret, session, until) = Session();
        return FakeAnswer.Json(200, new JsonObject
        {
            ["roleCredentials"] = new JsonObject { ["accessKeyId"] = key, ["secretAccessKey"] = secret, ["sessionToken"] = session, ["expiration"] = until.ToUnixTimeMilliseconds() },
        });
    }

    private FakeAnswer Renew(JsonNode body)
    {
        if ((string?)body["grantType"] != "refresh_token" || (string?)body["clientId"] != "client" || (string?)body["clientSecret"] != "client-secret" || (string?)body["refreshToken"] != RefreshToken)
            return FakeAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant" }).With("x-amzn-ErrorType", "InvalidGrantException");
        (SsoToken, RefreshToken) = (SsoToken + "+", RefreshToken + "+");
        return FakeAnswer.Json(200, new JsonObject { ["accessToken"] = SsoToken, ["expiresIn"] = 3600, ["refreshToken"] = RefreshToken, ["tokenType"] = "Bearer" });
    }

    private FakeAnswer Keys()
    {
        var (key, secret, session, until) = Session();
        return FakeAnswer.Json(200, new JsonObject
        {
            ["Code"] = "Success",
            ["Type"] = "AWS-HMAC",
            ["AccessKeyId"] = key,
            ["SecretAccessKey"] = secret,
            ["Token"] = session,
            ["Expiration"] = until.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        });
    }

    private (string Key, string Secret, string Session, DateTimeOffset Until) Session()
    {
        aws.Keys["ASIAFAKEMACHINE00001"] = ("canary-machine", "machine-session");
        return ("ASIAFAKEMACHINE00001", "canary-machine", "machine-session", Time.GetUtcNow() + TimeSpan.FromHours(1));
    }
}
