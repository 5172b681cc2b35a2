using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Audit.Devices;

/// <summary>Audit devices as their administrators and readers see them.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class AuditDeviceTests : IAsyncLifetime
{
    private const string Canary = "canary-7f3a";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private VaultBench _vault = null!;

    private string LogPath => Path.Combine(_folder.FullName, "logs", "audit.json");

    public async ValueTask InitializeAsync() => _vault = await VaultBench.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await _vault.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task List_shows_what_was_enabled()
    {
        await EnableFileAsync("\"elide_list_responses\": \"true\"");

        var device = (await _vault.ReadAsync("sys/audit"))["file/"]!;

        device["type"]!.GetValue<string>().ShouldBe("file");
        device["path"]!.GetValue<string>().ShouldBe("file/");
        device["options"]!["elide_list_responses"]!.GetValue<string>().ShouldBe("true");
        device["options"]!["file_path"]!.GetValue<string>().ShouldBe(LogPath);
    }

    [Fact]
    public async Task Write_tells_request_and_response_in_the_form_of_Vault()
    {
        await EnableFileAsync();
        var hash = (await _vault.WriteAsync("sys/audit-hash/file", $$"""{"input": "{{Canary}}"}"""))["hash"]!.GetValue<string>();
        var token = (await _vault.WriteAsync("sys/audit-hash/file", $$"""{"input": "{{VaultBench.RootToken}}"}"""))["hash"]!.GetValue<string>();

        await _vault.WriteAsync("secret/data/app", $$"""{"data": {"key": "{{Canary}}", "port": 5432, "on": true, "none": null}, "list": ["{{Canary}}"]}""");

        var entries = (await EntriesAsync()).Where(entry => entry["request"]!["path"]!.GetValue<string>() == "secret/data/app").ToArray();
        entries.Select(entry => entry["type"]!.GetValue<string>()).ShouldBe(["request", "response"]);
        var request = entries[0]["request"]!;
        request["data"]!["data"]!.ToJsonString().ShouldBe($$"""{"key":"{{hash}}","port":5432,"on":true,"none":null}""");
        request["data"]!["list"]![0]!.GetValue<string>().ShouldBe(hash);
        request["client_token"]!.GetValue<string>().ShouldBe(token);
        request["mount_point"]!.GetValue<string>().ShouldBe("secret/");
        request["mount_type"]!.GetValue<string>().ShouldBe("kv");
        request["remote_address"]!.GetValue<string>().ShouldBe("127.0.0.1");
        request["namespace"]!["id"]!.GetValue<string>().ShouldBe("root");
        entries[0]["auth"]!["display_name"]!.GetValue<string>().ShouldBe("root");
        entries[0]["auth"]!["policies"]![0]!.GetValue<string>().ShouldBe("root");
        entries[1]["response"]!["data"]!["version"]!.GetValue<int>().ShouldBe(1);
        (await File.ReadAllTextAsync(LogPath, TestContext.Current.CancellationToken)).ShouldNotContain(Canary);
    }

    [Fact]
    public async Task Denied_request_is_told_with_its_error()
    {
        await EnableFileAsync();
        var token = await _vault.TokenAsync("default");

        await Should.ThrowAsync<SecretException>(() => _vault.ReadAsync("secret/data/app", token));

        var entries = (await EntriesAsync()).Where(entry => entry["request"]!["path"]!.GetValue<string>() == "secret/data/app").ToArray();
        entries.Length.ShouldBe(2);
        entries.ShouldAllBe(entry => entry["error"]!.GetValue<string>() == "1 error occurred:\n\t* permission denied\n\n");
        entries[0]["auth"]!["policy_results"]!["allowed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Allowed_request_is_told_with_the_policies_that_grant_it()
    {
        await EnableFileAsync();
        await _vault.WriteAsync("sys/policies/acl/reader", """{"policy": "path \"secret/data/*\" { capabilities = [\"read\"] }"}""");
        await _vault.WriteAsync("sys/policies/acl/writer", """{"policy": "path \"secret/data/*\" { capabilities = [\"create\", \"update\"] }"}""");
        await _vault.WriteAsync("secret/data/app", """{"data": {}}""");
        await _vault.ReadAsync("secret/data/app", await _vault.TokenAsync("reader", "writer"));

        var entries = (await EntriesAsync()).Where(entry => entry["request"]!["path"]!.GetValue<string>() == "secret/data/app").ToArray();
        entries[0]["auth"]!["policy_results"]!.ToJsonString().ShouldBe("""{"allowed":true,"granting_policies":[{"name":"root","namespace_id":"root","type":"acl"}]}""");
        entries[2]["auth"]!["policy_results"]!.ToJsonString().ShouldBe("""{"allowed":true,"granting_policies":[{"name":"reader","namespace_id":"root","type":"acl"}]}""");
    }

    [Fact]
    public async Task Headers_are_told_as_they_are_set()
    {
        await EnableFileAsync();
        var hash = (await _vault.WriteAsync("sys/audit-hash/file", $$"""{"input": "{{Canary}}"}"""))["hash"]!.GetValue<string>();
        await _vault.WriteAsync("sys/config/auditing/request-headers/X-Clear");
        await _vault.WriteAsync("sys/config/auditing/request-headers/X-Coded", """{"hmac": true}""");
        (await _vault.ReadAsync("sys/config/auditing/request-headers"))["headers"]!.ToJsonString().ShouldBe("""{"x-clear":{"hmac":false},"x-coded":{"hmac":true}}""");
        (await _vault.ReadAsync("sys/config/auditing/request-headers/X-Coded")).Data!.ToJsonString().ShouldBe("""{"X-Coded":{"hmac":true}}""");
        _vault.AuditedHeaders = [new("x-clear", ["one", "two"], Hmac: false), new("x-coded", [Canary], Hmac: true)];
        await _vault.ReadAsync("sys/config/cors");

        var entry = (await EntriesAsync()).First(entry => entry["request"]!["path"]!.GetValue<string>() == "sys/config/cors");
        entry["request"]!["headers"]!.ToJsonString().ShouldBe($$"""{"x-clear":["one","two"],"x-coded":["{{hash}}"]}""");
        await _vault.DeleteAsync("sys/config/auditing/request-headers/x-clear");
        _vault.Vault.Edge.AuditedHeaders.Keys.ShouldBe(["x-coded"]);
        await _vault.ReopenAsync();
        _vault.Vault.Edge.AuditedHeaders.Keys.ShouldBe(["x-coded"]);
    }

    [Theory]
    [InlineData("X-Vault-Token", "{}")]
    [InlineData("Authorization", """{"hmac": false}""")]
    [InlineData("a b", "{}")]
    public async Task Header_that_opens_something_or_is_none_is_refused(string name, string json) =>
        (await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync("sys/config/auditing/request-headers/" + name, json))).Kind.ShouldBe(SecretErrorKind.InvalidInput);

    [Fact]
    public async Task Keys_that_the_mount_names_are_told_in_the_clear()
    {
        await EnableFileAsync();
        await _vault.WriteAsync("sys/mounts/secret/tune", """{"audit_non_hmac_request_keys": ["title"], "audit_non_hmac_response_keys": ["title"]}""");

        await _vault.WriteAsync("secret/data/app", """{"data": {"title": "shown", "titles": "hidden"}}""");
        await _vault.ReadAsync("secret/data/app");

        var entries = (await EntriesAsync()).Where(entry => entry["request"]!["path"]!.GetValue<string>() == "secret/data/app").ToArray();
        entries[0]["request"]!["data"]!["data"]!["title"]!.GetValue<string>().ShouldBe("shown");
        entries[0]["request"]!["data"]!["data"]!["titles"]!.GetValue<string>().ShouldStartWith("hmac-sha256:");
        entries[3]["response"]!["data"]!["data"]!["title"]!.GetValue<string>().ShouldBe("shown");
    }

    [Fact]
    public async Task Elided_lists_are_counted()
    {
        await EnableFileAsync("\"elide_list_responses\": true");
        await _vault.WriteAsync("secret/data/a", """{"data": {}}""");
        await _vault.WriteAsync("secret/data/b", """{"data": {}}""");

        await _vault.ListAsync("secret/metadata");

        (await EntriesAsync()).Last(entry => entry["request"]!["operation"]!.GetValue<string>() == "list")["response"]!["data"]!["keys"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task New_and_wrapping_tokens_are_told_by_their_codes()
    {
        await EnableFileAsync("\"hmac_accessor\": \"false\"");

        var made = await _vault.WriteAsync("auth/token/create", """{"policies": ["default"]}""");
        var wrapped = await _vault.SendAsync(VaultOperation.Read, "auth/token/lookup-self", null, VaultBench.RootToken, TimeSpan.FromMinutes(1));

        var text = await ReadLogAsync();
        text.ShouldNotContain(made.Token);
        text.ShouldNotContain(wrapped.Wrap!.Token.Reveal());
        text.ShouldContain(made.Auth!.Accessor);
    }

    [Fact]
    public async Task Raw_devices_tell_values()
    {
        await EnableFileAsync("\"log_raw\": true");

        await _vault.WriteAsync("secret/data/app", $$"""{"data": {"key": "{{Canary}}"} }""");

        (await ReadLogAsync()).ShouldContain(Canary);
    }

    [Fact]
    public async Task Body_that_is_no_JSON_is_told_by_one_code()
    {
        await EnableFileAsync();

        await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync("secret/data/app", $$"""{"data": {"key": "{{Canary}}"} oh"""));

        var text = await ReadLogAsync();
        text.ShouldContain("http_raw_body");
        text.ShouldNotContain(Canary);
    }

    [Fact]
    public async Task Devices_are_there_again_after_unsealing()
    {
        await EnableFileAsync();

        await _vault.ReopenAsync();
        await _vault.ReadAsync("auth/token/lookup-self");

        (await EntriesAsync())[^1]["request"]!["path"]!.GetValue<string>().ShouldBe("sys/audit/file");
        (await ReadLogAsync()).ShouldContain("auth/token/lookup-self");
    }

    [Fact]
    public async Task Moved_file_is_left_alone_after_reopening()
    {
        await EnableFileAsync();
        await _vault.ReadAsync("auth/token/lookup-self");
        await _vault.ReopenAsync();
        File.Move(LogPath, LogPath + ".1");

        _vault.Vault.ReopenAuditDevices();
        await _vault.ReadAsync("sys/mounts");

        (await ReadLogAsync()).ShouldContain("sys/mounts");
        (await File.ReadAllTextAsync(LogPath + ".1", TestContext.Current.CancellationToken)).ShouldNotContain("sys/mounts");
    }

    [Fact]
    public async Task File_belongs_to_its_owner_alone()
    {
        await EnableFileAsync();

        File.GetUnixFileMode(LogPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Device_that_fails_closed_and_cannot_write_fails_requests()
    {
        var gone = Path.Combine(_folder.FullName, "gone.sock");
        // The answer to this very request is the first that the device cannot take.
        await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync(
            "sys/audit/socket", $$"""{"type": "socket", "options": {"socket_type": "unix", "address": "{{gone}}", "fail_closed": "true", "skip_test": "true"} }"""));

        var error = await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync("secret/data/app", """{"data": {}}"""));

        error.Reason.ShouldBe("no audit device recorded the request");
        error.Kind.ShouldBe(SecretErrorKind.Unreachable);
    }

    [Fact]
    public async Task Device_that_cannot_write_does_not_hurt_requests()
    {
        var gone = Path.Combine(_folder.FullName, "gone.sock");
        await _vault.WriteAsync("sys/audit/socket", $$"""{"type": "socket", "options": {"socket_type": "unix", "address": "{{gone}}", "skip_test": "true"} }""");

        (await _vault.WriteAsync("secret/data/app", """{"data": {}}"""))["version"]!.GetValue<int>().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"type": "nope"}""", "unknown backend type: \"nope\"; there are: file, socket, syslog, http")]
    [InlineData("""{"type": "file"}""", "file_path is required")]
    [InlineData("""{"type": "file", "options": {"file_path": "discard", "format": "jsonx"}}""", "the format jsonx is not supported; use json")]
    [InlineData("""{"type": "file", "options": {"file_path": "discard", "format": "xml"}}""", "unknown format type \"xml\"")]
    [InlineData("""{"type": "file", "options": {"file_path": "discard", "prefix": "#!/bin/sh"}}""", "prefix is up to 64 printable characters and does not begin with '#'")]
    [InlineData("""{"type": "file", "options": {"file_path": "/tmp/x", "mode": "0700"}}""", "mode does not allow to execute the file, and has no other bits than those to read and write")]
    [InlineData("""{"type": "socket"}""", "address is required")]
    [InlineData("""{"type": "socket", "options": {"address": "127.0.0.1"}}""", "address is not host:port")]
    [InlineData("""{"type": "syslog", "options": {"facility": "NOPE"}}""", "invalid syslog facility: NOPE")]
    [InlineData("""{"type": "http", "options": {"address": "ftp://x"}}""", "address is not a URL of http or https")]
    public async Task Enable_with_bad_options_is_refused(string body, string reason)
    {
        var error = await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync("sys/audit/x", body));

        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Reason.ShouldBe(reason);
    }

    [Fact]
    public async Task Enable_inside_the_folder_of_the_vault_is_refused()
    {
        var error = await Should.ThrowAsync<SecretException>(() => _vault.WriteAsync("sys/audit/x", $$"""{"type": "file", "options": {"file_path": "{{_vault.AuditPath}}"} }"""));

        error.Reason.ShouldBe("file_path is in the folder of the vault");
    }

    [Fact]
    public async Task Enable_twice_is_refused()
    {
        await EnableFileAsync();

        (await Should.ThrowAsync<SecretException>(() => EnableFileAsync())).Reason.ShouldBe("path already in use");
    }

    [Fact]
    public async Task Administering_devices_needs_sudo()
    {
        await _vault.WriteAsync("sys/policies/acl/almost", """{"policy": "path \"sys/audit*\" { capabilities = [\"create\", \"update\", \"read\", \"delete\"] }"}""");
        var token = await _vault.TokenAsync("almost");

        (await Should.ThrowAsync<SecretException>(() => _vault.ReadAsync("sys/audit", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    private async Task EnableFileAsync(string options = "\"format\": \"json\"") =>
        await _vault.WriteAsync("sys/audit/file", $$"""{"type": "file", "options": {"file_path": "{{LogPath}}", {{options}} } }""");

    private async Task<string> ReadLogAsync()
    {
        await _vault.DeleteAsync("sys/audit/file");
        return await File.ReadAllTextAsync(LogPath, TestContext.Current.CancellationToken);
    }

    private async Task<JsonNode[]> EntriesAsync() =>
        [.. (await ReadLogAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
