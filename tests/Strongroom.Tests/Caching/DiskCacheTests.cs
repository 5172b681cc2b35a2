using Shouldly;
using Strongroom.Caching;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Caching;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")] // modes of files
public sealed class DiskCacheTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private readonly ScriptedBackend _backend = new();
    private TimeSpan _reuse;

    private string CacheFile => Path.Combine(_folder.Path, "cache");

    private string KeyFile => Path.Combine(_folder.Path, "keys", "cache.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_while_the_store_is_away_gets_the_last_known_value()
    {
        await StartAsync("s3cret", online: true);
        _time.Advance(TimeSpan.FromHours(3));

        var secret = await StartAsync("", online: false);

        (secret.Value.RevealText(), secret.Source, secret.IsStale).ShouldBe(("s3cret", AnswerSource.DiskCache, true));
        secret.AgeAt(_time.GetUtcNow()).ShouldBe(TimeSpan.FromHours(3));
        secret.Version.ShouldBe(7);
        _warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_offline_reads_the_cache_and_asks_nobody()
    {
        await StartAsync("s3cret", online: true);
        var calls = _backend.Calls;

        (await StartAsync("other", online: true, CacheMode.Offline)).Value.RevealText().ShouldBe("s3cret");

        _backend.Calls.ShouldBe(calls);
    }

    [Fact]
    public async Task Cache_is_not_used_while_the_store_answers()
    {
        await StartAsync("old", online: true);

        (await StartAsync("new", online: true)).Value.RevealText().ShouldBe("new");
    }

    [Fact]
    public async Task Reuse_takes_a_young_value_of_an_earlier_process_and_asks_nobody()
    {
        _reuse = TimeSpan.FromMinutes(5);
        await StartAsync("first", online: true);
        var calls = _backend.Calls;
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));

        var secret = await StartAsync("second", online: true);

        (secret.Value.RevealText(), secret.Source, secret.IsStale, _backend.Calls).ShouldBe(("first", AnswerSource.DiskCache, false, calls));
        secret.AgeAt(_time.GetUtcNow()).ShouldBe(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1), "its age counts from when the store was asked, and no process makes it younger");
        _time.Advance(TimeSpan.FromSeconds(1));
        (await StartAsync("second", online: true)).Value.RevealText().ShouldBe("second");
    }

    [Fact]
    public async Task Reuse_ends_within_a_process_at_its_time()
    {
        _reuse = TimeSpan.FromMinutes(5);
        await StartAsync("first", online: true);
        _time.Advance(TimeSpan.FromMinutes(4));
        _backend.OnRead = (_, _) => new(ScriptedBackend.Stored("second", version: 8));
        await using var store = Store();
        using var resolver = Resolver(store);

        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("first");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await resolver.ResolveAsync("KEY")).Value.RevealText().ShouldBe("second");
    }

    [Fact]
    public async Task Reuse_gives_way_to_a_write_a_bypass_another_store_and_a_clock_that_went_back()
    {
        _reuse = TimeSpan.FromMinutes(5);
        await StartAsync("first", online: true);
        (await StartAsync("bypassed", online: true, CacheMode.Bypass)).Value.RevealText().ShouldBe("bypassed");
        (await StartAsync("elsewhere", online: true, identity: "another place")).Value.RevealText().ShouldBe("elsewhere");
        _time.Jump(_time.GetUtcNow() - TimeSpan.FromHours(1));
        (await StartAsync("earlier", online: true)).Value.RevealText().ShouldBe("earlier");

        await using var store = Store();
        using var resolver = Resolver(store);
        await resolver.ResolveAsync("KEY");
        store.Changed!.Invoke(new SecretAddress("KEY"));
        (await StartAsync("written", online: true)).Value.RevealText().ShouldBe("written");
    }

    [Fact]
    public async Task Value_past_the_ceiling_is_not_given_out()
    {
        await StartAsync("s3cret", online: true);
        _time.Advance(TimeSpan.FromHours(24));

        await Should.ThrowAsync<SecretException>(() => StartAsync("", online: false));
    }

    [Fact]
    public async Task Value_from_the_future_is_not_given_out()
    {
        await StartAsync("s3cret", online: true);
        _time.Jump(_time.GetUtcNow() - TimeSpan.FromMinutes(1));

        await Should.ThrowAsync<SecretException>(() => StartAsync("", online: false));
    }

    [Fact]
    public async Task Files_are_for_the_owner_only_and_show_neither_value_nor_name()
    {
        await StartAsync("s3cret", online: true);

        foreach (var file in (string[])[CacheFile, KeyFile])
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = await File.ReadAllBytesAsync(CacheFile);
        bytes.AsSpan().IndexOf("s3cret"u8).ShouldBe(-1);
        bytes.AsSpan().IndexOf("KEY"u8).ShouldBe(-1);
        Directory.GetFiles(_folder.Path).ShouldBe([CacheFile], "no draft is left");
    }

    [Fact]
    public async Task Cache_of_another_project_or_store_is_a_miss()
    {
        await StartAsync("s3cret", online: true);

        await Should.ThrowAsync<SecretException>(() => StartAsync("", online: false, identity: "other address"));
        await Should.ThrowAsync<SecretException>(() => StartAsync("", online: false, binding: "/other/strongroom.yaml"));

        _warnings.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Damage_anywhere_is_a_miss_with_a_warning()
    {
        await StartAsync("s3cret", online: true);
        var good = await File.ReadAllBytesAsync(CacheFile);
        for (var i = 0; i <= good.Length; i++)
        {
            var bad = good.ToArray();
            if (i < good.Length) bad[i] ^= 0x10;
            await File.WriteAllBytesAsync(CacheFile, i < good.Length ? bad : bad[..^1]);
            _warnings.Clear();

            await Should.ThrowAsync<SecretException>(() => StartAsync("", online: false));

            _warnings.Count.ShouldBe(1, $"byte {i}");
        }
        (await StartAsync("back", online: true)).Value.RevealText().ShouldBe("back");
        (await StartAsync("", online: false)).Value.RevealText().ShouldBe("back", "a damaged cache is replaced by the next good answer");
    }

    [Fact]
    public async Task Key_that_is_lost_damaged_or_open_to_others_is_a_miss_with_a_warning()
    {
        foreach (var harm in (Action[])
            [
                () => File.Delete(KeyFile),
                () => File.WriteAllText(KeyFile, "short"),
                () => File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead),
            ])
        {
            Cache().Clear();
            await StartAsync("s3cret", online: true);
            harm();
            _warnings.Clear();

            await Should.ThrowAsync<SecretException>(() => StartAsync("", online: false));

            _warnings.Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Value_that_the_store_withdraws_or_that_is_written_over_leaves_the_disk()
    {
        await StartAsync("s3cret", online: true);
        _backend.Fails(SecretErrorKind.Denied);
        await Should.ThrowAsync<SecretException>(() => ResolveAsync());
        Cache().Describe().ShouldBeEmpty();

        await StartAsync("s3cret", online: true);
        await using var store = Store();
        using var resolver = Resolver(store);
        await resolver.WriteAsync("KEY", new SecretWrite(SecretValue.FromText("new")));
        Cache().Describe().ShouldBeEmpty();
    }

    [Fact]
    public async Task Folder_that_cannot_be_written_fails_no_call()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "keys"), "a file where a folder should be");

        (await StartAsync("s3cret", online: true)).Value.RevealText().ShouldBe("s3cret");

        _warnings.Count.ShouldBe(1);
        _warnings[0].ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task Clear_removes_cache_and_key()
    {
        await StartAsync("s3cret", online: true);
        Cache().Describe().Single().Reference.ToString().ShouldBe("remote://KEY");

        Cache().Clear();

        (File.Exists(CacheFile), File.Exists(KeyFile)).ShouldBe((false, false));
        Cache().Clear();
    }

    private async Task<ResolvedSecret> StartAsync(
        string value, bool online, CacheMode mode = CacheMode.Use, string identity = "remote at example", string binding = "/app/strongroom.yaml")
    {
        if (online) _backend.OnRead = (_, _) => new(ScriptedBackend.Stored(value, version: 7));
        else _backend.Fails(SecretErrorKind.Unreachable);
        return await ResolveAsync(mode, identity, binding);
    }

    private async Task<ResolvedSecret> ResolveAsync(
        CacheMode mode = CacheMode.Use, string identity = "remote at example", string binding = "/app/strongroom.yaml")
    {
        await using var store = Store(identity);
        using var resolver = Resolver(store, binding);
        return await resolver.ResolveAsync("KEY", mode);
    }

    private SecretStore Store(string identity = "remote at example") => new(
        "remote", _backend, new StoreOptions { Identity = identity, Resilience = new StoreResilienceOptions { RetriesMax = 0 } }, _time);

    private Resolver Resolver(SecretStore store, string binding = "/app/strongroom.yaml") => new(
        [store], [new ResolutionPlan("KEY", [new SecretReference("remote", new SecretAddress("KEY"))])],
        new ResolverOptions { Disk = Cache(binding), Cache = new CacheOptions { Reuse = _reuse } }, _time);

    private DiskCache Cache(string binding = "/app/strongroom.yaml") => new(
        new DiskCacheOptions { File = CacheFile, KeyFile = KeyFile, Binding = binding, Warn = _warnings.Add }, _time);
}
