using System.Security.Cryptography;
using System.Text;

namespace AgentDs;

/// <summary>Signs a GET of a bucket for MinIO (AWS Signature Version 4, header form, empty body).</summary>
internal static class S3Signature
{
    private const string EmptyBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    public static string Sign(Settings settings, DateTimeOffset now, string region = "us-east-1")
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'");
        var scope = $"{time[..8]}/{region}/s3/aws4_request";
        var host = new Uri(settings.MinioEndpoint).Authority;
        var request = $"GET\n/{settings.MinioBucket}\nlist-type=2\nhost:{host}\nx-amz-content-sha256:{EmptyBodyHash}\nx-amz-date:{time}\n\n"
            + $"host;x-amz-content-sha256;x-amz-date\n{EmptyBodyHash}";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";

        var key = Encoding.UTF8.GetBytes("AWS4" + settings.MinioSecretKey);
        foreach (var part in new[] { time[..8], region, "s3", "aws4_request" }) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }
}
