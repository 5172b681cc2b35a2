using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Shouldly;
using Strongroom.Caching;
using Strongroom.Conformance;
using Strongroom.Extensions.Configuration;
using Strongroom.Extensions.Testing;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Extensions.Tests;

public sealed class ConfigurationTests
{
    private readonly TestSecrets _secrets = new() { ["OPENAI_API_KEY"] = "sk-first", ["ConnectionStrings__Main"] = "Host=db" };
    private readonly FakeTime _time = new();

    [Fact]
    public void Load_gives_names_as_keys()
    {
        using var configuration = Build();

        configuration["OPENAI_API_KEY"].ShouldBe("sk-first");
        configuration.GetConnectionString("Main").ShouldBe("Host=db");
    }

    [Fact]
    public void Load_fails_with_every_secret_that_is_missing_and_no_value()
    {
        _secrets.Fail("A", SecretErrorKind.Denied).Fail("B", SecretErrorKind.Unreachable);

        var error = Should.Throw<SecretException>(() => Build());

        error.Message.ShouldContain("2 secrets have no value");
        error.Message.ShouldContain("A: test: read A: fails in this test");
        error.Message.ShouldContain("B: test: read B: fails in this test");
        error.ToString().ShouldNotContain("sk-first");
    }

    [Fact]
    public void Load_that_takes_too_long_says_so_and_not_that_somebody_is_offline()
    {
        var error = Should.Throw<SecretException>(() => Build(options => options.Source = new SlowSource(_time)));

        error.Message.ShouldContain("gave no answer within the 15 s that the start may take, and no cache holds it");
        error.Kind.ShouldBe(SecretErrorKind.Unreachable);
    }

    [Fact]
    public void Load_starts_without_what_the_program_calls_optional()
    {
        _secrets.Fail("B", SecretErrorKind.Denied);

        using var configuration = Build(options => options.Optional.Add("B"));

        configuration["B"].ShouldBeNull();
        Provider(configuration).Status!.Failures.Single().Error!.Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Reload_gives_the_new_value_and_fires_the_token_only_for_a_change()
    {
        using var configuration = Build();
        var changes = 0;
        using var registration = ChangeToken.OnChange(configuration.GetReloadToken, () => changes++);

        await Provider(configuration).ReloadAsync(TestContext.Current.CancellationToken);
        changes.ShouldBe(0);
        _secrets["OPENAI_API_KEY"] = "sk-second";
        await Provider(configuration).ReloadAsync(TestContext.Current.CancellationToken);

        (configuration["OPENAI_API_KEY"], changes).ShouldBe(("sk-second", 1));
    }

    [Fact]
    public async Task Reload_keeps_the_last_known_value_when_a_store_fails()
    {
        using var configuration = Build();
        _secrets.Fail("OPENAI_API_KEY", SecretErrorKind.Unreachable);

        await Provider(configuration).ReloadAsync(TestContext.Current.CancellationToken);

        configuration["OPENAI_API_KEY"].ShouldBe("sk-first");
        var state = Provider(configuration).Status!.Failures.Single();
        (state.Name, state.HasValue, state.Error!.Kind).ShouldBe(("OPENAI_API_KEY", true, SecretErrorKind.Unreachable));
        _secrets["OPENAI_API_KEY"] = "sk-third";
        await Provider(configuration).ReloadAsync(TestContext.Current.CancellationToken);
        configuration["OPENAI_API_KEY"].ShouldBe("sk-third");
        Provider(configuration).Status!.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Timer_looks_for_changes_by_itself()
    {
        using var configuration = Build(options => options.ReloadInterval = TimeSpan.FromSeconds(30));
        var changed = new TaskCompletionSource();
        using var registration = ChangeToken.OnChange(configuration.GetReloadToken, changed.SetResult);
        _secrets["OPENAI_API_KEY"] = "sk-second";

        _time.Advance(TimeSpan.FromSeconds(30));

        await changed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        configuration["OPENAI_API_KEY"].ShouldBe("sk-second");
    }

    [Fact]
    public async Task Settings_follow_the_secrets_through_the_options_monitor()
    {
        using var configuration = Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddStrongroomSettings<KeySettings>();
        await using var provider = services.BuildServiceProvider();
        var monitor = provider.GetRequiredService<IOptionsMonitor<KeySettings>>();
        monitor.CurrentValue.Key.ShouldBe("sk-first");

        _secrets["OPENAI_API_KEY"] = "sk-second";
        await Provider(configuration).ReloadAsync(TestContext.Current.CancellationToken);

        monitor.CurrentValue.Key.ShouldBe("sk-second");
    }

    [Fact]
    public void Settings_name_everything_that_is_missing()
    {
        using var configuration = (ConfigurationRoot)new ConfigurationBuilder().Build();
        using var provider = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddStrongroomSettings<KeySettings>().BuildServiceProvider();

        var error = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IOptions<KeySettings>>().Value);

        error.Message.ShouldBe("OPENAI_API_KEY has no value: strongroom explain OPENAI_API_KEY tells why");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Settings_ask_for_no_secret_that_the_program_can_do_without(bool isOptional)
    {
        _secrets.Remove("OPENAI_API_KEY");
        _secrets["OTHER"] = "there";
        using var configuration = Build(options => (isOptional ? options.Optional : options.Only).Add(isOptional ? "OPENAI_API_KEY" : "OTHER"));
        using var provider = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddStrongroomSettings<KeySettings>().BuildServiceProvider();

        provider.GetRequiredService<IOptions<KeySettings>>().Value.Key.ShouldBe("");
    }

    [Fact]
    public void Settings_are_configured_and_validated_as_options_are()
    {
        using var configuration = Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddStrongroomSettings<KeySettings>();
        var seen = new List<string>();
        services.AddOptions<KeySettings>().PostConfigure(settings => seen.Add(settings.Key)).Validate(settings => settings.Key.StartsWith("pk-", StringComparison.Ordinal), "the key must be a public one");
        using var provider = services.BuildServiceProvider();

        Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IOptions<KeySettings>>().Value).Message.ShouldBe("the key must be a public one");
        seen.ShouldBe(["sk-first"]);
    }

    private ConfigurationRoot Build(Action<StrongroomOptions>? configure = null) =>
        (ConfigurationRoot)new ConfigurationBuilder().AddStrongroom(options =>
        {
            options.Source = _secrets;
            options.Time = _time;
            options.ReloadInterval = TimeSpan.Zero;
            configure?.Invoke(options);
        }).Build();

    private static StrongroomConfigurationProvider Provider(IConfigurationRoot configuration) =>
        configuration.Providers.OfType<StrongroomConfigurationProvider>().Single();

    /// <summary>Answers only from caches, which are empty; its stores take as long as they are given.</summary>
    private sealed class SlowSource(FakeTime time) : ISecretSource
    {
        public IReadOnlyList<string> Names => ["OPENAI_API_KEY"];

        public ValueTask<ResolvedSecret> ResolveAsync(string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async ValueTask<ResolutionReport> ResolveAllAsync(IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
        {
            if (mode == CacheMode.Offline)
            {
                var offline = new SecretException(SecretErrorKind.Unreachable, "was not asked for: offline, and no cache holds it", "vault", "read", Names[0]);
                return new ResolutionReport([], [new ResolutionFailure(Names[0], Required: true, offline, [])]);
            }
            time.Advance(TimeSpan.FromSeconds(15));
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new NotSupportedException();
        }
    }

    private sealed class KeySettings : IManifestSettings
    {
        public string Key { get; private set; } = "";

        public IReadOnlyList<string> Read(IConfiguration configuration)
        {
            Key = configuration["OPENAI_API_KEY"] ?? "";
            return Key.Length == 0 ? ["OPENAI_API_KEY"] : [];
        }
    }
}
