using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Strongroom.Conformance;
using Strongroom.Extensions.Configuration;
using Strongroom.Extensions.Testing;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Extensions.Tests;

public sealed class HostTests
{
    private const string Secret = "sk-\"very/secret+key";

    private readonly TestSecrets _secrets = new() { ["OPENAI_API_KEY"] = Secret, ["PORT"] = "5432" };
    private readonly Lines _lines = new();

    [Fact]
    public async Task Logs_hold_no_secret_in_any_form()
    {
        await using var app = Build();
        var log = app.Services.GetRequiredService<ILogger<HostTests>>();

        log.LogInformation("plain {Key} on port {Port}", Secret, 5432);
        log.LogWarning("encoded {Url}", "https://x/?key=" + Uri.EscapeDataString(Secret));
        log.LogWarning("base64 {Header}", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)));
        log.LogWarning("json {Body}", JsonSerializer.Serialize(Secret));
        log.LogWarning("json {Body}", JsonSerializer.Serialize(Secret, new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        log.LogWarning("list {Keys}", new List<string> { "first", Secret });
        log.LogError(new InvalidOperationException("refused: " + Secret), "failed");
        using (log.BeginScope(new Dictionary<string, object> { ["Key"] = Secret })) log.LogInformation("in a scope");

        var all = string.Join('\n', _lines.All);
        all.ShouldNotContain("very/secret");
        all.ShouldNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)));
        all.ShouldContain("plain [secret OPENAI_API_KEY] on port 5432");
        all.ShouldContain("Keys=first, [secret OPENAI_API_KEY]");
        all.ShouldContain("refused: [secret OPENAI_API_KEY]");
        all.ShouldContain("Key=[secret OPENAI_API_KEY]");
    }

    [Fact]
    public async Task Source_is_injected_and_answers_at_the_time_of_use()
    {
        await using var app = Build();
        var source = app.Services.GetRequiredService<ISecretSource>();
        (await source.GetTextAsync("OPENAI_API_KEY", TestContext.Current.CancellationToken)).ShouldBe(Secret);

        _secrets["OPENAI_API_KEY"] = "another key";

        (await source.GetTextAsync("OPENAI_API_KEY", TestContext.Current.CancellationToken)).ShouldBe("another key");
    }

    [Fact]
    public async Task Health_tells_names_and_reasons_and_no_values()
    {
        await using var app = Build();
        var health = app.Services.GetRequiredService<HealthCheckService>();
        var provider = app.Services.GetRequiredService<StrongroomConfigurationProvider>();
        (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status.ShouldBe(HealthStatus.Healthy);

        _secrets.Fail("OPENAI_API_KEY", SecretErrorKind.Unreachable);
        await provider.ReloadAsync(TestContext.Current.CancellationToken);
        var report = await health.CheckHealthAsync(TestContext.Current.CancellationToken);

        var entry = report.Entries["strongroom"];
        (entry.Status, entry.Description).ShouldBe((HealthStatus.Degraded, "last known values: OPENAI_API_KEY"));
        entry.Data["OPENAI_API_KEY"].ShouldBe("test: read OPENAI_API_KEY: fails in this test");
    }

    [Fact]
    public async Task Report_tells_the_log_what_became_of_the_secrets()
    {
        await using var app = Build();
        await app.StartAsync(TestContext.Current.CancellationToken);

        _secrets.Fail("PORT", SecretErrorKind.Denied);
        await app.Services.GetRequiredService<StrongroomConfigurationProvider>().ReloadAsync(TestContext.Current.CancellationToken);

        _lines.All.ShouldContain(line => line.Contains("2 of 2 declared secrets are in use", StringComparison.Ordinal));
        _lines.All.ShouldContain(line => line.Contains("PORT keeps its last known value: test: read PORT: fails in this test", StringComparison.Ordinal));
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Change_that_the_program_fails_at_is_logged_and_in_the_configuration_all_the_same()
    {
        var time = new FakeTime();
        await using var app = Build(options => (options.Time, options.ReloadInterval) = (time, TimeSpan.FromSeconds(30)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        var logged = _lines.WaitAsync("what the program does at a change failed");
        using var registration = ChangeToken.OnChange(((IConfiguration)app.Configuration).GetReloadToken, () => throw new InvalidOperationException("the program's own"));
        _secrets["OPENAI_API_KEY"] = "sk-second";

        time.Advance(TimeSpan.FromSeconds(30));

        (await logged.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ShouldContain("the program's own");
        app.Configuration["OPENAI_API_KEY"].ShouldBe("sk-second");
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Credentials_are_read_as_one_object_and_name_all_missing_fields()
    {
        _secrets["vault://db"] = """{"host":"db","port":"5432","database":"app","username":"u","password":"p"}""";
        _secrets["vault://half"] = """{"host":"db"}""";

        var login = await _secrets.GetDatabaseAsync("vault://db", TestContext.Current.CancellationToken);
        var error = await Should.ThrowAsync<SecretException>(async () => await _secrets.GetStorageAsync("vault://half", TestContext.Current.CancellationToken));

        (login.Host, login.Port, login.Password.RevealText()).ShouldBe(("db", 5432, "p"));
        error.Message.ShouldContain("lacks access_key, secret_key, endpoint, bucket");
    }

    private WebApplication Build(Action<StrongroomOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_lines);
        builder.AddStrongroom(options =>
        {
            options.Source = _secrets;
            options.ReloadInterval = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        builder.Services.AddHealthChecks().AddStrongroom();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        return builder.Build();
    }

    /// <summary>Keeps messages, their parts, scopes and exceptions as texts.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _all = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _awaited = new();

        /// <summary>The next line that holds some words.</summary>
        public Task<string> WaitAsync(string words) =>
            _awaited.GetOrAdd(words, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public IReadOnlyList<string> All => [.. _all];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            Keep(state, state.ToString()!);
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Keep(state, $"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }

        private void Keep(object? state, string line)
        {
            var parts = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}")) : "";
            _all.Enqueue($"{line} {parts}");
            foreach (var (words, awaited) in _awaited)
                if (line.Contains(words, StringComparison.Ordinal)) awaited.TrySetResult(line);
        }
    }
}
