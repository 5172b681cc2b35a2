using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Backends.Aws.Access;

/// <summary>A profile whose keys come from IAM Identity Center, which people log in to with <c>aws sso login</c>.</summary>
/// <param name="Name">Name of the profile.</param>
/// <param name="Session">Its <c>sso_session</c>; null for the older form, which names the start address in the profile itself.</param>
/// <param name="StartUrl">Where people log in.</param>
/// <param name="Region">Region of the Identity Center.</param>
/// <param name="AccountId">The account.</param>
/// <param name="RoleName">The role in it.</param>
internal sealed record AwsSsoProfile(string Name, string? Session, string StartUrl, string Region, string AccountId, string RoleName);

/// <summary>
/// Keys by a login that <c>aws sso login</c> left behind: its token is read from the cache that AWS's tools share, renewed there when it has
/// ended and can be, and exchanged for keys. Written by hand, for the SDK loads two more clients for it by reflection.
/// Sources: the AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider"; the API references of SSO and SSO OIDC.
/// </summary>
internal sealed class AwsSso(AwsOptions options, HttpCaller http, TimeProvider time)
{
    private const int FileBytesMax = 256 * 1024;

    /// <summary>A token that ends sooner is renewed first.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>The keys of the profile's role.</summary>
    /// <exception cref="SecretException">Denied when nobody is logged in any more, or may not take on the role.</exception>
    public async ValueTask<AwsCredential> KeysAsync(AwsSsoProfile profile, CancellationToken cancellationToken)
    {
        using var token = await TokenAsync(profile, cancellationToken);
        var address = $"{Server("AWS_ENDPOINT_URL_SSO", "portal.sso", profile)}federation/credentials?role_name={Uri.EscapeDataString(profile.RoleName)}&account_id={Uri.EscapeDataString(profile.AccountId)}";
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Authorize("", token.RevealText(), "x-amz-sso_bearer_token");
        using var answer = await http.SendAsync(request, cancellationToken);
        if ((int)answer.Status == 401) throw Ended(profile);
        if ((int)answer.Status == 403)
            throw new SecretException(SecretErrorKind.Denied, $"has no credentials: you may not use the role {profile.RoleName} in the account {profile.AccountId}", help: $"see sso_role_name and sso_account_id of the profile {profile.Name}");
        if (!answer.IsSuccess) throw AwsCalls.Failure("sso:GetRoleCredentials", AwsCalls.ErrorCode(answer), answer);
        var keys = answer.Json().Member("roleCredentials");
        var until = keys.NumberOf("expiration") is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : time.GetUtcNow() + TimeSpan.FromMinutes(15);
        return new AwsCredential(
            keys.RequiredText("accessKeyId"), Required(keys, "secretAccessKey"), keys.SecretOf("sessionToken"), until - AwsCredentials.Margin, IsRenewable: true);
    }

    private async ValueTask<SecretValue> TokenAsync(AwsSsoProfile profile, CancellationToken cancellationToken)
    {
        var file = CacheFile(profile);
        using var bytes = Read(file) ?? throw Ended(profile);
        using var login = Parse(bytes) ?? throw Ended(profile);
        var root = login.RootElement;
        if (root.SecretOf("accessToken") is not { } token) throw Ended(profile);
        if (TimeOf(root, "expiresAt") - Margin > time.GetUtcNow()) return token;
        token.Dispose();
        // Only logins with an sso_session can be renewed.
        var isRenewable = profile.Session is not null && root.TextOf("refreshToken") is not null && root.TextOf("clientSecret") is not null && TimeOf(root, "registrationExpiresAt") > time.GetUtcNow();
        return isRenewable ? await RenewAsync(profile, root, file, cancellationToken) : throw Ended(profile);
    }

    private async ValueTask<SecretValue> RenewAsync(AwsSsoProfile profile, JsonElement login, string file, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{Server("AWS_ENDPOINT_URL_SSO_OIDC", "oidc", profile)}token")
        {
            Content = JsonBody.Object(login, static (json, login) =>
            {
                json.WriteString("grantType", "refresh_token");
                foreach (var name in (ReadOnlySpan<string>)["clientId", "clientSecret", "refreshToken"])
                {
                    json.WritePropertyName(name);
                    login.Member(name).WriteTo(json);
                }
            }),
        };
        using var answer = await http.SendAsync(request, cancellationToken);
        if ((int)answer.Status is 400 or 401) throw Ended(profile);
        if (!answer.IsSuccess) throw AwsCalls.Failure("sso-oauth:CreateToken", AwsCalls.ErrorCode(answer), answer);
        var renewed = answer.Json();
        var token = Required(renewed, "accessToken");
        Keep(file, login, renewed);
        return token;
    }

    /// <summary>
    /// Puts the new token where AWS's tools look for it. The old one can be renewed only once, so without this they would have to log in
    /// again.
    /// </summary>
    private void Keep(string file, JsonElement login, JsonElement renewed)
    {
        using var bytes = new SecretBuffer();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var member in login.EnumerateObject())
            {
                if (member.Name is "expiresAt")
                {
                    var until = time.GetUtcNow().AddSeconds(renewed.NumberOf("expiresIn") ?? 0);
                    json.WriteString(member.Name, until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                    continue;
                }
                json.WritePropertyName(member.Name);
                var isRenewed = member.Name is "accessToken" or "refreshToken" && renewed.Member(member.Name).ValueKind == JsonValueKind.String;
                (isRenewed ? renewed.Member(member.Name) : member.Value).WriteTo(json);
            }
            json.WriteEndObject();
        }
        try
        {
            PrivateFile.Replace(file, bytes.Written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A place that cannot be written, as in a container: the token serves this process all the same.
        }
    }

    private static SecretBuffer? Read(string file)
    {
        try
        {
            return PrivateFile.Read(file, FileBytesMax);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static JsonDocument? Parse(SecretBuffer bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes.WrittenMemory);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file that AWS's tools keep the login in, named after the session or the start address.</summary>
    private string CacheFile(AwsSsoProfile profile)
    {
        var name = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(profile.Session ?? profile.StartUrl)));
        return Path.Combine(options.Variable("HOME") ?? "/", ".aws", "sso", "cache", name + ".json");
    }

    private string Server(string variable, string service, AwsSsoProfile profile)
    {
        var address = options.Variable(variable) ?? $"https://{service}.{profile.Region}.amazonaws.com{(profile.Region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}";
        return address.EndsWith('/') ? address : address + "/";
    }

    private static SecretValue Required(JsonElement element, string name) =>
        element.SecretOf(name) ?? throw new SecretException(SecretErrorKind.Malformed, $"was answered without {name}");

    /// <summary>Older tools wrote <c>UTC</c> where newer ones write <c>Z</c>.</summary>
    private static DateTimeOffset TimeOf(JsonElement element, string name) =>
        DateTimeOffset.TryParse(element.TextOf(name)?.Replace("UTC", "Z", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time : DateTimeOffset.MinValue;

    private static SecretException Ended(AwsSsoProfile profile) => new(
        SecretErrorKind.Denied, $"has no credentials: nobody is logged in to {profile.StartUrl}, or the login has ended", help: $"aws sso login --profile {profile.Name}");
}
