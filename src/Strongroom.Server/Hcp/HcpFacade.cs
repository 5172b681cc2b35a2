using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Server.Http;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Hcp;

/// <summary>
/// Lets clients of HCP Vault Secrets, whose own service is closed, go on with this server: translates the part of its API of 28 November
/// 2023 that concerns apps and static secrets to a KV engine, and decides nothing. What it does not have is answered as unimplemented.
/// </summary>
internal sealed class HcpFacade(ServedVault vault, HcpFacadeConfiguration configuration)
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers a request whose path <see cref="HcpPath.Of"/> knows.</summary>
    public async Task AnswerAsync(HttpContext context, string path, EdgeLimits limits, BodyReader bodies, RequestOrigin origin, CancellationToken cancellationToken)
    {
        try
        {
            using var body = HttpMethods.IsGet(context.Request.Method) ? null : await bodies.ReadAsync(context, limits, origin, cancellationToken);
            var content = body?.Memory ?? default;
            if (path == HcpPath.Token)
            {
                await HcpLogin.AnswerAsync(context, vault, configuration.AuthMount, origin, content, cancellationToken);
                return;
            }
            if (origin.Token is null)
            {
                await HcpErrors.WriteAsync(context, StatusCodes.Status401Unauthorized, 16, "unauthenticated");
                return;
            }
            using var answer = new SecretBuffer(1024);
            var writer = new Utf8JsonWriter(answer, Writing);
            await using (writer)
            {
                writer.WriteStartObject();
                await RouteAsync(context.Request.Method, HcpPath.Segments(path), new HcpCall(vault, origin, context.Request.Query, content, cancellationToken), writer);
                writer.WriteEndObject();
            }
            context.Response.ContentType = "application/json";
            await context.Response.BodyWriter.WriteAsync(answer.WrittenMemory, cancellationToken);
        }
        catch (SecretException e)
        {
            await HcpErrors.WriteAsync(context, e);
        }
        catch (BadHttpRequestException e)
        {
            await HcpErrors.WriteAsync(context, e.StatusCode, code: 3, e.Message);
        }
    }

    private ValueTask RouteAsync(string method, string[] path, HcpCall call, Utf8JsonWriter writer)
    {
        if (path is not ["2023-11-28", "organizations", var organization, "projects", var id, "apps", .. var rest]) throw HcpCall.NotFound();
        var project = configuration.Project(Plain(organization), Plain(id));
        return (method, rest) switch
        {
            ("GET", []) => HcpApps.ListAsync(call, project, writer),
            ("POST", []) => HcpApps.CreateAsync(call, project, writer),
            ("GET", [var app]) => HcpApps.GetAsync(call, project, Plain(app), writer),
            ("PATCH", [var app]) => HcpApps.UpdateAsync(call, project, Plain(app), writer),
            ("DELETE", [var app]) when Ends(ref app, ":purge") => HcpApps.PurgeAsync(call, project, Plain(app)),
            ("DELETE", [var app]) => HcpApps.DeleteAsync(call, project, Plain(app)),
            (_, [var app, .. var inside]) => RouteAsync(method, inside, call, project, Plain(app), writer),
            _ => throw Unimplemented(),
        };
    }

    private static ValueTask RouteAsync(string method, string[] path, HcpCall call, HcpProject project, string app, Utf8JsonWriter writer) => (method, path) switch
    {
        ("GET", ["secrets"]) => HcpSecrets.ListAsync(call, project, app, writer),
        ("GET", ["secrets:open"]) => HcpSecrets.OpenAllAsync(call, project, app, writer),
        ("POST", ["secret", "kv"]) => HcpSecrets.PutAsync(call, project, app, writer),
        ("POST", ["secret", "kv:batch"]) => HcpBatch.PutAsync(call, project, app, writer),
        ("GET", ["secrets", var name]) when Ends(ref name, ":open") => HcpSecrets.OpenAsync(call, project, app, Plain(name), writer),
        ("GET", ["secrets", var name]) => HcpSecrets.GetAsync(call, project, app, Plain(name), writer),
        ("DELETE", ["secrets", var name]) => HcpSecrets.DeleteAsync(call, project, app, Plain(name)),
        ("GET", ["secrets", var name, "versions"]) => HcpVersions.ListAsync(call, project, app, Plain(name), writer),
        ("GET", ["secrets", var name, "versions:open"]) => HcpVersions.OpenAllAsync(call, project, app, Plain(name), writer),
        ("GET", ["secrets", var name, "versions", var version]) when Ends(ref version, ":open") => HcpVersions.OpenAsync(call, project, app, Plain(name), version, writer),
        ("GET", ["secrets", var name, "versions", var version]) => HcpVersions.GetAsync(call, project, app, Plain(name), version, writer),
        ("DELETE", ["secrets", var name, "versions", var version]) => HcpVersions.DeleteAsync(call, project, app, Plain(name), version),
        _ => throw Unimplemented(),
    };

    /// <summary>Whether a segment ends in a verb, which is cut off.</summary>
    private static bool Ends(ref string segment, string verb)
    {
        if (!segment.EndsWith(verb, StringComparison.Ordinal)) return false;
        segment = segment[..^verb.Length];
        return true;
    }

    private static string Plain(string segment) => HcpPath.IsPlain(segment) ? segment : throw Unimplemented();

    private static SecretException Unimplemented() => new(SecretErrorKind.Unsupported, "not implemented: this server has apps and static secrets");
}
