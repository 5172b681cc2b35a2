using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Strongroom.Extensions;

// A web application that takes a rotated key without a restart.
//   strongroom init && strongroom set OPENAI_API_KEY && strongroom set DATABASE_PASSWORD
//   dotnet run            and, while it runs:  strongroom set OPENAI_API_KEY
var builder = WebApplication.CreateBuilder(args);
builder.AddStrongroom(options => options.ReloadInterval = TimeSpan.FromSeconds(1));
builder.Services.AddStrongroomSettings<AppSecrets>();
builder.Services.AddHealthChecks().AddStrongroom();

var app = builder.Build();
app.MapHealthChecks("/health");

// Typed settings that follow the vault: made from strongroom.yaml when this was compiled.
app.MapGet("/settings", (IOptionsMonitor<AppSecrets> settings) => new
{
    database = settings.CurrentValue.Database.Host,
    openAiKey = Fingerprint(settings.CurrentValue.Llm.OpenAiApiKey),
    hasGemini = settings.CurrentValue.Llm.GeminiApiKey is not null,
});

// The same secret at the time of use, without a string that stays in memory.
app.MapGet("/now", async (ISecretSource secrets, CancellationToken cancellationToken) =>
{
    using var secret = await secrets.ResolveAsync("OPENAI_API_KEY", cancellationToken: cancellationToken);
    return new { from = secret.Origin?.ToString(), version = secret.Version?.ToString() };
});

// What a careless line of code logs comes out as [secret OPENAI_API_KEY].
app.MapGet("/careless", (IOptionsMonitor<AppSecrets> settings, ILogger<Program> log) =>
{
    log.LogInformation("calling the model with {Key}", settings.CurrentValue.Llm.OpenAiApiKey);
    return Results.NoContent();
});

await app.RunAsync();

// A keyed hash of this process tells whether a key changed, and nothing about the key.
static string Fingerprint(string key) => Convert.ToHexStringLower(HMACSHA256.HashData(Keys.OfThisProcess, Encoding.UTF8.GetBytes(key)))[..8];

internal static class Keys
{
    public static readonly byte[] OfThisProcess = RandomNumberGenerator.GetBytes(32);
}
