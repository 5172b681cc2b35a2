using AgentDs;

// An application as many are: some keys of language models, a database, an object store, a signing key. It reads its
// environment, uses what it finds, and says at start-up what it got, never the values.
if (Settings.Read(Environment.GetEnvironmentVariable, out var missing) is not { } settings)
{
    Console.Error.WriteLine($"agentds: cannot start, {(missing.Count == 1 ? "a setting is" : "settings are")} missing: {string.Join(", ", missing)}");
    Console.Error.WriteLine("         start it with: strongroom run -- agentds");
    return 78; // EX_CONFIG
}

if (!Uri.TryCreate(settings.DatabaseUrl, UriKind.Absolute, out var database))
{
    Console.Error.WriteLine("agentds: cannot start, DATABASE_URL is no address");
    return 78;
}

var token = Jwt.Sign("""{"sub":"agentds","scope":"chat"}""", settings.JwtSigningKey);
if (!Jwt.Verify(token, settings.JwtSigningKey))
{
    Console.Error.WriteLine("agentds: cannot start, JWT_SIGNING_KEY does not verify what it signed");
    return 78;
}

var user = database.UserInfo.Split(':')[0];
var signature = S3Signature.Sign(settings, TimeProvider.System.GetUtcNow());
Console.WriteLine($"""
    agentds is starting
      language models   OpenAI {Mask(settings.OpenAiApiKey)}, Anthropic {Mask(settings.AnthropicApiKey)}, Gemini {Mask(settings.GeminiApiKey)}
      database          {user} at {database.Host}{database.AbsolutePath}: {await PostgresProbe.AskAsync(database, TimeSpan.FromMilliseconds(500))}
      object store      {settings.MinioEndpoint}/{settings.MinioBucket}: request signed ({signature[..8]}…)
      session tokens    signed and verified ({token.Length} characters)
      log level         {settings.LogLevel}
    agentds is ready
    """);
return 0;

static string Mask(string? value) => value switch
{
    null or "" => "off",
    { Length: < 16 } => "set",
    _ => $"{value[..3]}…{value[^2..]}",
};
