using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Engines.Kv;

/// <summary>The exchanges recorded from a real server, and what its documentation says beyond them.</summary>
public sealed class KvEngineTests : IDisposable
{
    private readonly KvWorkshop _kv = new();

    public void Dispose() => _kv.Dispose();

    [Fact]
    public async Task Write_answers_with_the_facts_of_the_version()
    {
        var answer = await _kv.WriteAsync("app/db", """{"password":"one"}""");
        answer.ToJsonString().ShouldBe(
            """{"created_time":"2026-01-01T00:00:00Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}""");
    }

    [Fact]
    public async Task Read_answers_with_data_and_metadata()
    {
        await _kv.WriteAsync("app/db", """{"password":"one","port":5432,"tls":true,"list":[1,"x"]}""");
        var answer = await _kv.ReadAsync("app/db");
        answer["data"]!.ToJsonString().ShouldBe("""{"password":"one","port":5432,"tls":true,"list":[1,"x"]}""");
        answer["metadata"]!["version"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Write_with_cas_replaces_only_the_version_named()
    {
        await _kv.WriteAsync("a", """{"v":1}""", cas: 0);
        await _kv.WriteAsync("a", """{"v":2}""", cas: 1);
        (await _kv.FailAsync(VaultOperation.Update, "data/a", """{"data":{"v":3},"options":{"cas":1}}""")).ShouldBe(SecretErrorKind.Conflict);
        (await _kv.FailAsync(VaultOperation.Update, "data/a", """{"data":{"v":3},"options":{"cas":0}}""")).ShouldBe(SecretErrorKind.Conflict);
        (await _kv.ReadAsync("a", version: 1))["data"]!["v"]!.GetValue<int>().ShouldBe(1);
        (await _kv.ReadAsync("a", version: 0))["data"]!["v"]!.GetValue<int>().ShouldBe(2);
    }

    [Theory]
    [InlineData(VaultOperation.Update, "data/a", """{"data":{"v":"\ud800"}}""")]
    [InlineData(VaultOperation.Update, "data/a", """{"data":{"\udc00":"v"}}""")]
    [InlineData(VaultOperation.Update, "metadata/a", """{"custom_metadata":{"k":"\ud800x"}}""")]
    [InlineData(VaultOperation.Update, "config", """{"delete_version_after":"\ud800"}""")]
    public async Task Half_a_surrogate_pair_is_refused_as_input(VaultOperation operation, string path, string body)
    {
        await _kv.WriteAsync("a", """{"v":1}""");
        (await _kv.FailAsync(operation, path, body)).ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Write_over_a_deleted_version_with_cas_needs_the_current_one()
    {
        await _kv.WriteAsync("a", """{"v":1}""");
        await _kv.SendAsync(VaultOperation.Delete, "data/a");
        (await _kv.FailAsync(VaultOperation.Update, "data/a", """{"data":{},"options":{"cas":0}}""")).ShouldBe(SecretErrorKind.Conflict);
        (await _kv.WriteAsync("a", "{}", cas: 1))["version"]!.GetValue<int>().ShouldBe(2);
    }

    [Theory]
    [InlineData("config")]
    [InlineData("metadata/a")]
    public async Task Write_without_cas_is_refused_where_it_is_required(string where)
    {
        await _kv.SendAsync(VaultOperation.Update, where, """{"cas_required":true}""");
        (await _kv.FailAsync(VaultOperation.Update, "data/a", """{"data":{}}""")).ShouldBe(SecretErrorKind.InvalidInput);
        await _kv.WriteAsync("a", "{}", cas: 0);
    }

    [Theory]
    [InlineData("""{"password":"x"}""")]
    [InlineData("""{"data":"x"}""")]
    [InlineData("""{"data":null}""")]
    [InlineData("""{"data":{"a":1,"a":2}}""")]
    [InlineData("""{"data":{},"options":{"cas":-1}}""")]
    [InlineData("""{"data":{},"options":{"cas":"1"}}""")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public async Task Write_of_a_broken_body_is_invalid(string body) =>
        (await _kv.FailAsync(VaultOperation.Update, "data/a", body)).ShouldBe(SecretErrorKind.InvalidInput);

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData(".")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task Path_tricks_are_invalid(string path)
    {
        (await _kv.FailAsync(VaultOperation.Update, "data/" + path, """{"data":{}}""")).ShouldBe(SecretErrorKind.InvalidInput);
        (await _kv.FailAsync(VaultOperation.Read, "data/" + path)).ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Path_of_broken_text_is_invalid() => (await _kv.FailAsync(VaultOperation.Read, "data/a\ud800b")).ShouldBe(SecretErrorKind.InvalidInput);

    [Fact]
    public async Task Read_of_what_never_was_is_not_found()
    {
        await _kv.WriteAsync("a", "{}");
        (await _kv.FailAsync(VaultOperation.Read, "data/none")).ShouldBe(SecretErrorKind.NotFound);
        (await _kv.FailAsync(VaultOperation.Read, "data/a", version: 99)).ShouldBe(SecretErrorKind.NotFound);
        (await _kv.FailAsync(VaultOperation.List, "metadata/empty")).ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Path_without_data_is_not_found() =>
        (await _kv.SendAsync(VaultOperation.Read, "app/db")).Status.ShouldBe(VaultStatus.NotFound);

    [Fact]
    public async Task Soft_delete_hides_the_value_and_undelete_brings_it_back()
    {
        await _kv.WriteAsync("a", """{"v":1}""");
        _kv.Time.Advance(TimeSpan.FromSeconds(1));
        await _kv.SendAsync(VaultOperation.Delete, "data/a");

        var (status, data) = await _kv.SendAsync(VaultOperation.Read, "data/a");
        status.ShouldBe(VaultStatus.Unreadable);
        data!["data"].ShouldBeNull();
        data["metadata"]!["deletion_time"]!.GetValue<string>().ShouldBe("2026-01-01T00:00:01Z");

        await _kv.SendAsync(VaultOperation.Update, "undelete/a", """{"versions":[1]}""");
        (await _kv.ReadAsync("a"))["data"]!["v"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Destroy_removes_the_value_from_storage_for_good()
    {
        await _kv.WriteAsync("a", """{"v":1}""");
        await _kv.WriteAsync("a", """{"v":2}""");
        var before = await _kv.EntriesAsync();
        await _kv.SendAsync(VaultOperation.Update, "destroy/a", """{"versions":[1]}""");
        await _kv.SendAsync(VaultOperation.Update, "undelete/a", """{"versions":[1]}""");

        (await _kv.EntriesAsync()).ShouldBe(before - 1);
        var (status, data) = await _kv.SendAsync(VaultOperation.Read, "data/a", version: 1);
        status.ShouldBe(VaultStatus.Unreadable);
        data!["metadata"]!["destroyed"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task Metadata_has_the_shape_of_the_real_server()
    {
        await _kv.WriteAsync("app/db", "{}");
        await _kv.WriteAsync("app/db", "{}");
        var (_, data) = await _kv.SendAsync(VaultOperation.Read, "metadata/app/db");
        data!.ToJsonString().ShouldBe(
            """{"cas_required":false,"created_time":"2026-01-01T00:00:00Z","current_version":2,"custom_metadata":null,"delete_version_after":"0s","max_versions":0,"oldest_version":0,"updated_time":"2026-01-01T00:00:00Z","versions":{"1":{"created_time":"2026-01-01T00:00:00Z","deletion_time":"","destroyed":false},"2":{"created_time":"2026-01-01T00:00:00Z","deletion_time":"","destroyed":false}}}""");
    }

    [Fact]
    public async Task Old_versions_vanish_from_metadata_and_storage()
    {
        for (var i = 0; i < 12; i++) await _kv.WriteAsync("a", "{}");
        var ten = await _kv.EntriesAsync();
        var (_, metadata) = await _kv.SendAsync(VaultOperation.Read, "metadata/a");
        metadata!["oldest_version"]!.GetValue<int>().ShouldBe(3);
        metadata["versions"]!.AsObject().Count.ShouldBe(10);

        await _kv.SendAsync(VaultOperation.Update, "metadata/a", """{"max_versions":2}""");
        await _kv.WriteAsync("a", "{}");
        (await _kv.EntriesAsync()).ShouldBe(ten - 8);
        (await _kv.FailAsync(VaultOperation.Read, "data/a", version: 11)).ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Delete_version_after_takes_the_shorter_of_secret_and_mount()
    {
        await _kv.SendAsync(VaultOperation.Update, "config", """{"delete_version_after":"1h30m"}""");
        await _kv.WriteAsync("a", "{}");
        await _kv.SendAsync(VaultOperation.Update, "metadata/b", """{"delete_version_after":"90s"}""");
        await _kv.WriteAsync("b", "{}");

        _kv.Time.Advance(TimeSpan.FromSeconds(90));
        (await _kv.SendAsync(VaultOperation.Read, "data/a")).Status.ShouldBe(VaultStatus.Ok);
        (await _kv.SendAsync(VaultOperation.Read, "data/b")).Status.ShouldBe(VaultStatus.Unreadable);
        _kv.Time.Advance(TimeSpan.FromHours(2));
        (await _kv.SendAsync(VaultOperation.Read, "data/a")).Status.ShouldBe(VaultStatus.Unreadable);
        (await _kv.SendAsync(VaultOperation.Read, "config")).Data!["delete_version_after"]!.GetValue<string>().ShouldBe("1h30m0s");
    }

    [Fact]
    public async Task Patch_merges_into_the_current_version()
    {
        await _kv.WriteAsync("a", """{"keep":1,"drop":2,"deep":{"x":1,"y":2}}""");
        await _kv.SendAsync(VaultOperation.Patch, "data/a", """{"data":{"drop":null,"deep":{"y":3,"z":null},"new":{"n":null,"m":1}}}""");
        (await _kv.ReadAsync("a"))["data"]!.ToJsonString().ShouldBe("""{"keep":1,"deep":{"x":1,"y":3},"new":{"m":1}}""");
        (await _kv.FailAsync(VaultOperation.Patch, "data/none", """{"data":{}}""")).ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Custom_metadata_is_limited_as_the_real_server_limits_it()
    {
        async Task<SecretErrorKind> Fail(string custom) => await _kv.FailAsync(VaultOperation.Update, "metadata/a", "{\"custom_metadata\":" + custom + "}");
        (await Fail("{" + string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"k{i}\":\"v\"")) + "}")).ShouldBe(SecretErrorKind.InvalidInput);
        (await Fail($$"""{"{{new string('k', 129)}}":"v"}""")).ShouldBe(SecretErrorKind.InvalidInput);
        (await Fail($$"""{"k":"{{new string('v', 513)}}"}""")).ShouldBe(SecretErrorKind.InvalidInput);
        (await Fail("""{"k":1}""")).ShouldBe(SecretErrorKind.InvalidInput);
        await _kv.SendAsync(VaultOperation.Update, "metadata/a", "{\"custom_metadata\":{\"" + new string('k', 128) + "\":\"" + new string('v', 512) + "\"}}");
    }

    [Fact]
    public async Task Subkeys_shows_names_and_no_values()
    {
        await _kv.WriteAsync("a", """{"x":"secret","deep":{"y":1,"more":{"z":[1]}}}""");
        (await _kv.SendAsync(VaultOperation.Read, "subkeys/a")).Data!["subkeys"]!.ToJsonString().ShouldBe("""{"x":null,"deep":{"y":null,"more":{"z":null}}}""");
        (await _kv.SendAsync(VaultOperation.Read, "subkeys/a", depth: 1)).Data!["subkeys"]!.ToJsonString().ShouldBe("""{"x":null,"deep":null}""");
    }

    [Fact]
    public async Task Write_over_the_size_limit_is_invalid() =>
        (await _kv.FailAsync(VaultOperation.Update, "data/a", "{\"data\":{\"v\":\"" + new string('x', 2 * 1024 * 1024) + "\"}}")).ShouldBe(SecretErrorKind.InvalidInput);

    [Fact]
    public async Task Remove_leaves_nothing_of_a_secret_behind()
    {
        await _kv.WriteAsync("warm-up", "{}");
        var before = await _kv.EntriesAsync();
        for (var i = 0; i < 3; i++) await _kv.WriteAsync("deep/folder/name", "{}");
        await _kv.SendAsync(VaultOperation.Delete, "metadata/deep/folder/name");
        (await _kv.EntriesAsync()).ShouldBe(before);
        (await _kv.SendAsync(VaultOperation.List, "metadata/")).Data!["keys"]!.ToJsonString().ShouldBe("""["warm-up"]""");
    }

    [Fact]
    public async Task Append_adds_to_lists_and_to_text_that_is_a_list()
    {
        await _kv.WriteAsync("a", """{"list":[1],"text":"[{\"id\":1}]","other":"x"}""");
        await _kv.SendAsync(VaultOperation.Update, "append/a", """{"data":{"list":2,"text":{"id":2},"fresh":"f"}}""");
        var data = (await _kv.ReadAsync("a"))["data"]!;
        data["list"]!.ToJsonString().ShouldBe("[1,2]");
        data["text"]!.GetValue<string>().ShouldBe("""[{"id":1},{"id":2}]""");
        data["fresh"]!.ToJsonString().ShouldBe("""["f"]""");
        (await _kv.FailAsync(VaultOperation.Update, "append/a", """{"data":{"other":1}}""")).ShouldBe(SecretErrorKind.InvalidInput);
    }
}
