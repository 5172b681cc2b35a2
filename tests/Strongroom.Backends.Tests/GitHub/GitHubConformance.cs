using Strongroom.Backends.GitHub;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes;
using Strongroom.Fakes.GitHub;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.GitHub;

/// <summary>Secrets, which nobody reads: the fake opens what arrives.</summary>
public sealed class GitHubConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<FakeGitHub> _fakes = [];

    protected override IReadOnlyList<string> OddNames { get; } = ["A", "A_B", "_A1", new('N', 200)];

    /// <summary>Text, as a job gets it.</summary>
    protected override IReadOnlyList<byte[]> OddValues => [.. base.OddValues.Where(v => System.Text.Unicode.Utf8.IsValid(v))];

    protected override int ValueLengthMax => GitHubBackend.ValueLengthMax;

    protected override string Listed(string name) => name.ToUpperInvariant();

    protected override ValueTask<byte[]> BytesAsync(SecretStore store, SecretAddress address) => new(_fakes[^1].Open(GitHubPlace.Repository).Secrets[address.Path].Value);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var fake in _fakes) await fake.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var fake = await GitHubPlace.StartAsync();
        _fakes.Add(fake);
        foreach (var (name, value) in seeds) fake.Open(GitHubPlace.Repository).Secrets[name.ToUpperInvariant()] = GitHubPlace.Item(name, value);
        return GitHubPlace.Backend(fake);
    }
}

/// <summary>Variables, which can be read.</summary>
public sealed class GitHubVariablesConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<FakeGitHub> _fakes = [];

    protected override IReadOnlyList<string> OddNames { get; } = ["A", "A_B", "_A1", new('N', 200)];

    protected override IReadOnlyList<byte[]> OddValues => [.. base.OddValues.Where(v => System.Text.Unicode.Utf8.IsValid(v))];

    protected override int ValueLengthMax => GitHubBackend.ValueLengthMax;

    protected override string Listed(string name) => name.ToUpperInvariant();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var fake in _fakes) await fake.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var fake = await GitHubPlace.StartAsync();
        _fakes.Add(fake);
        foreach (var (name, value) in seeds) fake.Open(GitHubPlace.Repository).Variables[name.ToUpperInvariant()] = GitHubPlace.Item(name, value);
        return GitHubPlace.Backend(fake, ("variables", "true"));
    }
}

public sealed class GitHubFaults : RemoteConformance
{
    protected override async Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1)
    {
        var fake = await GitHubPlace.StartAsync();
        fake.Token = Canary;
        var variables = fake.Open(GitHubPlace.Repository).Variables;
        variables["ONE"] = GitHubPlace.Item("ONE", "1"u8.ToArray());
        for (var i = 1; i < count; i++) variables[$"N{i}"] = GitHubPlace.Item($"N{i}", "n"u8.ToArray());
        return (fake, GitHubPlace.Backend(fake, ("variables", "true")));
    }
}

/// <summary>A fake with the repository acme/app.</summary>
internal static class GitHubPlace
{
    public const string Repository = "repos/acme/app/actions";

    public static async Task<FakeGitHub> StartAsync(TimeProvider? time = null)
    {
        var fake = new FakeGitHub(time);
        fake.Open(Repository);
        await fake.StartAsync();
        return fake;
    }

    public static SecretBackend Backend(FakeGitHub fake, params (string, string)[] more) => Backend(fake, new ImpatientTime(fake.Time.GetUtcNow()), more);

    public static SecretBackend Backend(FakeGitHub fake, TimeProvider time, params (string Key, string Value)[] more) => GitHubBackend.Create(Settings.Of(
        [("address", fake.Address.AbsoluteUri), .. more.Any(m => m.Key is "organization" or "repository") ? more : [("repository", "acme/app"), .. more]],
        [("GITHUB_TOKEN", fake.Token)], time));

    public static FakeGitHub.StoredItem Item(string name, byte[] value) =>
        new(name.ToUpperInvariant(), value, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "private", []);
}
