using System.Text;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Strongroom.Backends.Http;
using Strongroom.Secrets;

namespace Strongroom.Backends.Aws.Access;

/// <summary>An access key; <paramref name="IsRenewable"/> when asking again may give another.</summary>
internal sealed record AwsCredential(string KeyId, SecretValue Secret, SecretValue? SessionToken, DateTimeOffset? RenewAt, bool IsRenewable)
    : Credential(Secret, RenewAt);

/// <summary>What the settings and the variables of the environment say; the SDK is asked only for what neither says.</summary>
internal sealed record AwsOptions(
    string? Region, string? Profile, string? Role, string? ExternalId, string? Endpoint, string? StsEndpoint, int RecoveryDays, string? KmsKey,
    IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The variables that name other addresses than AWS's own.</summary>
    public static string[] EndpointVariables => ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_STS"];

    private string? _profileRegion;

    /// <summary>The setting, else <c>AWS_REGION</c> or <c>AWS_DEFAULT_REGION</c>, else the one of the profile.</summary>
    /// <exception cref="SecretException">InvalidInput when nothing says it.</exception>
    public async ValueTask<string> RegionAsync() => Region ?? Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION")
        ?? (_profileRegion ??= await Task.Run(() => AwsProfiles.RegionOf(ProfileName, SharedFile)))
        ?? throw new SecretException(SecretErrorKind.InvalidInput, "has no region", help: "set `region` in the store, or AWS_REGION");

    /// <summary>Where Secrets Manager is.</summary>
    public async ValueTask<Uri> EndpointAsync() =>
        new(Endpoint ?? Variable("AWS_ENDPOINT_URL_SECRETS_MANAGER") ?? Variable("AWS_ENDPOINT_URL") ?? Host("secretsmanager", await RegionAsync()));

    /// <summary>Where STS is.</summary>
    public async ValueTask<Uri> StsAsync() =>
        new(StsEndpoint ?? Variable("AWS_ENDPOINT_URL_STS") ?? Variable("AWS_ENDPOINT_URL") ?? Host("sts", await RegionAsync()));

    public string? ProfileName => Profile ?? Variable("AWS_PROFILE");

    /// <summary>The shared file with profiles; null for the usual ones.</summary>
    public string? SharedFile => Variable("AWS_SHARED_CREDENTIALS_FILE");

    /// <summary>Whose keys the variables give: another account has other secrets of the same names. The key's id is none of them.</summary>
    public string? Account => Profile is not null ? null : Variable("AWS_ACCESS_KEY_ID") is { } key ? AccountOf(key) : Variable("AWS_ROLE_ARN");

    /// <summary>A region becomes part of a host's name.</summary>
    public static bool IsRegion(string region)
    {
        foreach (var c in region)
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
        return region.Length > 0;
    }

    public string? Variable(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Where the credentials will come from, in words; null when only the SDK can find out, by asking the machine.</summary>
    public (string Value, string Source)? CredentialSource() =>
        Profile is { } profile ? ($"profile {profile}", "setting profile")
        : Variable("AWS_ACCESS_KEY_ID") is { } key ? ($"access key …{key[Math.Max(0, key.Length - 4)..]}", "AWS_ACCESS_KEY_ID")
        : Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file && Variable("AWS_ROLE_ARN") is { } role ? ($"{role} by the token in {file}", "AWS_WEB_IDENTITY_TOKEN_FILE")
        : Variable("AWS_PROFILE") is { } named ? ($"profile {named}", "AWS_PROFILE")
        : (Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") ?? Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")) is not null ? ("role of the container", "AWS_CONTAINER_CREDENTIALS_*")
        : null;

    /// <summary>
    /// The number of the account, which keys of today hold: 40 bits after the first, of what follows the prefix read as base32. Keys that are
    /// not of that form stand for themselves.
    /// </summary>
    private static string AccountOf(string key)
    {
        if (key.Length != 20) return key;
        var bits = 0L;
        foreach (var c in key.AsSpan(4, 10))
        {
            var digit = c is >= 'A' and <= 'Z' ? c - 'A' : c is >= '2' and <= '7' ? c - '2' + 26 : -1;
            if (digit < 0) return key;
            bits = (bits << 5) | (uint)digit;
        }
        return ((bits >> 9) & 0xFF_FFFF_FFFF).ToString("000000000000", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Host(string service, string region) =>
        $"https://{service}.{region}.amazonaws.com{(region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}/";
}

/// <summary>
/// Gets access keys: from the variables, from a web identity token, from a login to IAM Identity Center, or from whatever the SDK's
/// chain finds (shared files, container, instance); and takes on a role with them where one is configured.
/// </summary>
internal sealed class AwsCredentials(AwsOptions options, HttpCaller http, TimeProvider time)
{
    private const string SessionName = "strongroom";
    private const int ProfilesMax = 5;

    // A key is replaced before its last minutes, so that no request is sent with one that dies on the way.
    internal static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>The keys to sign with.</summary>
    /// <exception cref="SecretException">Denied when there are none, or what STS says.</exception>
    public async ValueTask<Credential> ObtainAsync(Credential? previous, CancellationToken cancellationToken)
    {
        var own = await OwnAsync(cancellationToken);
        return options.Role is { } role ? await AssumeAsync(role, options.ExternalId, own, cancellationToken) : own;
    }

    /// <summary>Who the keys belong to: the ARN.</summary>
    public async ValueTask<string> IdentityAsync(AwsCredential credential, CancellationToken cancellationToken)
    {
        var found = await StsAsync([new("Action", "GetCallerIdentity"), new("Version", "2011-06-15")], credential, cancellationToken);
        return found.GetValueOrDefault("Arn") ?? throw new SecretException(SecretErrorKind.Malformed, "STS told no ARN");
    }

    private async ValueTask<AwsCredential> OwnAsync(CancellationToken cancellationToken)
    {
        if (options.Profile is null && options.Variable("AWS_ACCESS_KEY_ID") is { } key && options.Variable("AWS_SECRET_ACCESS_KEY") is { } secret)
        {
            var session = options.Variable("AWS_SESSION_TOKEN");
            return new AwsCredential(key, SecretValue.FromText(secret), session is null ? null : SecretValue.FromText(session), RenewAt: null, IsRenewable: false);
        }
        if (options.Profile is null && options.Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file && options.Variable("AWS_ROLE_ARN") is { } role)
        {
            // Platforms replace the file while the process lives, so it is read each time.
            var token = await ReadTokenAsync(file, cancellationToken);
            return await StsKeysAsync(
                [new("Action", "AssumeRoleWithWebIdentity"), new("Version", "2011-06-15"), new("RoleArn", role),
                    new("RoleSessionName", options.Variable("AWS_ROLE_SESSION_NAME") ?? SessionName), new("WebIdentityToken", token)],
                signer: null, cancellationToken);
        }
        return await ProfileAsync(options.ProfileName, depth: 0, cancellationToken);
    }

    /// <summary>The keys of a profile. One that takes on a role by the keys of another is followed here: the SDK would need its STS client for it.</summary>
    private async ValueTask<AwsCredential> ProfileAsync(string? profile, int depth, CancellationToken cancellationToken)
    {
        if (profile is not null && depth < ProfilesMax && AwsProfiles.RoleOf(profile, options.SharedFile) is var (role, externalId, source))
            return await AssumeAsync(role, externalId, await ProfileAsync(source, depth + 1, cancellationToken), cancellationToken);
        if (AwsProfiles.SsoOf(profile ?? "default", options.SharedFile) is { } sso) return await new AwsSso(options, http, time).KeysAsync(sso, cancellationToken);
        return await AwsProfiles.FindAsync(profile, options.SharedFile, time.GetUtcNow() + TimeSpan.FromMinutes(10), cancellationToken);
    }

    private ValueTask<AwsCredential> AssumeAsync(string role, string? externalId, AwsCredential own, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> form = [new("Action", "AssumeRole"), new("Version", "2011-06-15"), new("RoleArn", role), new("RoleSessionName", SessionName)];
        if (externalId is not null) form.Add(new("ExternalId", externalId));
        return StsKeysAsync(form, own, cancellationToken);
    }

    private static async ValueTask<string> ReadTokenAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretException(SecretErrorKind.Denied, $"has no credentials: the web identity token {file} cannot be read", help: "AWS_WEB_IDENTITY_TOKEN_FILE names it");
        }
    }

    private async ValueTask<AwsCredential> StsKeysAsync(List<KeyValuePair<string, string>> form, AwsCredential? signer, CancellationToken cancellationToken)
    {
        var found = await StsAsync(form, signer, cancellationToken);
        if (found.GetValueOrDefault("AccessKeyId") is not { } key || found.GetValueOrDefault("SecretAccessKey") is not { } secret || found.GetValueOrDefault("SessionToken") is not { } session)
            throw new SecretException(SecretErrorKind.Malformed, "STS gave no keys");
        var until = DateTimeOffset.TryParse(found.GetValueOrDefault("Expiration"), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var expiration)
            ? expiration
            : time.GetUtcNow() + TimeSpan.FromMinutes(15);
        return new AwsCredential(key, SecretValue.FromText(secret), SecretValue.FromText(session), until - Margin, IsRenewable: true);
    }

    /// <summary>One operation of STS, in the Query protocol: the texts of the answer by the names of their elements.</summary>
    private async ValueTask<Dictionary<string, string>> StsAsync(List<KeyValuePair<string, string>> form, AwsCredential? signer, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        var bytes = await content.ReadAsByteArrayAsync(cancellationToken);
        var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = content.Headers.ContentType;
        var request = new HttpRequestMessage(HttpMethod.Post, await options.StsAsync()) { Content = body };
        var region = await options.RegionAsync();
        if (signer is not null) AwsCalls.Sign(request, bytes, signer, region, "sts", time.GetUtcNow());
        using var answer = await http.SendAsync(request, cancellationToken);
        var texts = Texts(answer.Bytes);
        if (answer.IsSuccess) return texts;
        throw AwsCalls.Failure("sts:" + form[0].Value, texts.GetValueOrDefault("Code") ?? "", answer);
    }

    private static Dictionary<string, string> Texts(ReadOnlySpan<byte> xml)
    {
        var texts = new Dictionary<string, string>();
        try
        {
            using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(xml)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var name = "";
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element) name = reader.LocalName;
                else if (reader.NodeType == XmlNodeType.Text) texts.TryAdd(name, reader.Value);
            }
            return texts;
        }
        catch (XmlException)
        {
            throw new SecretException(SecretErrorKind.Malformed, "STS answered with something that is no XML");
        }
    }
}

/// <summary>The SDK's own chain. Apart, so that the SDK is loaded only when neither settings nor variables say enough.</summary>
internal static class AwsProfiles
{
    public static string? RegionOf(string? profile, string? file) =>
        new CredentialProfileStoreChain(file).TryGetProfile(profile ?? "default", out var found) ? found.Region?.SystemName : null;

    /// <summary>The role that a profile takes on, its external id, and the profile whose keys do it; null when it has none.</summary>
    public static (string Role, string? ExternalId, string Source)? RoleOf(string profile, string? file) =>
        new CredentialProfileStoreChain(file).TryGetProfile(profile, out var found) && found.Options is { RoleArn: { Length: > 0 } role, SourceProfile: { Length: > 0 } source }
            ? (role, found.Options.ExternalID, source)
            : null;

    /// <summary>The login to IAM Identity Center that a profile goes by; null when it has none.</summary>
    public static AwsSsoProfile? SsoOf(string profile, string? file) =>
        new CredentialProfileStoreChain(file).TryGetProfile(profile, out var found)
        && found.Options is { SsoAccountId: { Length: > 0 } account, SsoRoleName: { Length: > 0 } role, SsoRegion: { Length: > 0 } region, SsoStartUrl: { Length: > 0 } start } options
            ? new AwsSsoProfile(profile, options.SsoSession is { Length: > 0 } session ? session : null, start, region, account, role)
            : null;

    /// <summary>The keys of a profile, or without one whatever the chain finds. They are asked for again at <paramref name="again"/>: the SDK keeps them fresh.</summary>
    public static async ValueTask<AwsCredential> FindAsync(string? profile, string? file, DateTimeOffset again, CancellationToken cancellationToken)
    {
        try
        {
            AWSCredentials? source = null;
            // The chain asks the machine for its role and waits for it in the calling thread, so it gets one of its own.
            if (profile is null)
                source = await Task.Run(() => new DefaultAWSCredentialsIdentityResolver().ResolveIdentityAsync(null, cancellationToken), cancellationToken).WaitAsync(cancellationToken);
            else if (!new CredentialProfileStoreChain(file).TryGetAWSCredentials(profile, out source))
                throw new SecretException(SecretErrorKind.Denied, $"has no credentials: there is no profile {profile}, or it is not complete", help: "see ~/.aws/config and ~/.aws/credentials");
            var keys = await Task.Run(source.GetCredentialsAsync, cancellationToken).WaitAsync(cancellationToken);
            return new AwsCredential(
                keys.AccessKey, SecretValue.FromText(keys.SecretKey), keys.UseToken ? SecretValue.FromText(keys.Token) : null, again, IsRenewable: true);
        }
        catch (Exception e) when (e is not (SecretException or OperationCanceledException))
        {
            var place = profile is null ? "nothing in the environment, the shared files or on this machine gives any" : $"profile {profile} gives none that can be used here";
            throw new SecretException(
                SecretErrorKind.Denied, $"has no credentials: {place} ({e.GetType().Name})",
                help: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws/config");
        }
    }
}
