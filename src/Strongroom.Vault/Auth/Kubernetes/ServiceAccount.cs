using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Auth.Kubernetes;

/// <summary>The service account that a cluster says a token belongs to.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its identity.</param>
/// <param name="Audiences">The audiences the token is for, of those that were asked about.</param>
internal sealed record ServiceAccount(string Namespace, string Name, string Uid, IReadOnlyList<string> Audiences)
{
    private const string LocalFolder = "/var/run/secrets/kubernetes.io/serviceaccount/";
    private const string UserPrefix = "system:serviceaccount:";

    /// <summary>
    /// Asks the cluster by a TokenReview (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1).
    /// Throws Denied when it does not know the token, and Unreachable or Malformed when it does not answer.
    /// </summary>
    public static async ValueTask<ServiceAccount> ReviewAsync(
        OutboundHttp http, KubernetesConfig config, string token, string audience, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, config.Host + "/apis/authentication.k8s.io/v1/tokenreviews") { Content = Review(token, audience) };
        var roots = config.RootsPem.Length > 0 || config.DisableLocal ? config.RootsPem : await LocalAsync("ca.crt", cancellationToken);
        var bearer = config.ReviewerToken.Length > 0 ? config.ReviewerToken
            : config.DisableLocal ? token
            : await LocalAsync("token", cancellationToken) is { Length: > 0 } local ? local : token;
        var (status, body) = await http.SendAsync(request, roots, bearer, cancellationToken);
        return status switch
        {
            HttpStatusCode.OK or HttpStatusCode.Created => Read(body),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when config.ReviewerToken.Length == 0 => throw Denied(),
            _ => throw new SecretException(SecretErrorKind.Unreachable, $"the review of a token was answered with {(int)status}", operation: "login",
                help: "token_reviewer_jwt needs the role system:auth-delegator"),
        };
    }

    private static ByteArrayContent Review(string token, string audience)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, "authentication.k8s.io/v1"u8);
            writer.WriteString("kind"u8, "TokenReview"u8);
            writer.WriteStartObject("spec"u8);
            writer.WriteString("token"u8, token);
            if (audience.Length > 0)
            {
                writer.WriteStartArray("audiences"u8);
                writer.WriteStringValue(audience);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return new ByteArrayContent(buffer.WrittenSpan.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    private static ServiceAccount Read(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            var status = document.RootElement.GetProperty("status");
            if (!status.TryGetProperty("authenticated", out var authenticated) || authenticated.ValueKind != JsonValueKind.True) throw Denied();
            var user = status.GetProperty("user");
            var name = user.GetProperty("username").GetString() ?? "";
            if (!name.StartsWith(UserPrefix, StringComparison.Ordinal) || name[UserPrefix.Length..].Split(':') is not [{ Length: > 0 } space, { Length: > 0 } account])
                throw new SecretException(SecretErrorKind.Denied, "lookup failed: unexpected username format", operation: "login");
            var audiences = new List<string>();
            if (status.TryGetProperty("audiences", out var listed) && listed.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in listed.EnumerateArray()) audiences.Add(item.GetString() ?? "");
            }
            return new ServiceAccount(space, account, user.TryGetProperty("uid", out var uid) ? uid.GetString() ?? "" : "", audiences);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SecretException(SecretErrorKind.Malformed, "the review of a token is not one", operation: "login");
        }
    }

    /// <summary>What the pod that the server runs in was given; empty elsewhere. Read anew each time: Kubernetes exchanges it.</summary>
    private static async ValueTask<string> LocalAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(LocalFolder + name, cancellationToken)).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static SecretException Denied() => new(SecretErrorKind.Denied, "permission denied", operation: "login");
}
