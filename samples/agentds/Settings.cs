namespace AgentDs;

/// <summary>
/// The settings of the application, all from its environment: it neither knows nor needs to know where they are kept.
/// </summary>
internal sealed record Settings(
    string OpenAiApiKey, string AnthropicApiKey, string? GeminiApiKey, string DatabaseUrl, string MinioEndpoint, string MinioAccessKey,
    string MinioSecretKey, string MinioBucket, string JwtSigningKey, string LogLevel)
{
    /// <summary>The settings; null with the names of all that are missing.</summary>
    public static Settings? Read(Func<string, string?> variable, out IReadOnlyList<string> missing)
    {
        var absent = new List<string>();
        var settings = new Settings(
            Require("OPENAI_API_KEY"), Require("ANTHROPIC_API_KEY"), variable("GEMINI_API_KEY"), Require("DATABASE_URL"), Require("MINIO_ENDPOINT"),
            Require("MINIO_ACCESS_KEY"), Require("MINIO_SECRET_KEY"), Require("MINIO_BUCKET"), Require("JWT_SIGNING_KEY"), variable("LOG_LEVEL") ?? "info");
        missing = absent;
        return absent.Count == 0 ? settings : null;

        string Require(string name)
        {
            if (variable(name) is { Length: > 0 } value) return value;
            absent.Add(name);
            return "";
        }
    }
}
