using System.Runtime.Versioning;
using Shouldly;
using Strongroom.Backends.Files;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Backends.Files;

/// <summary>Folders as Kubernetes mounts them, links that lead astray, and the bytes at the end of a file.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FilesBackendTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Root => _folder.File("mounted");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Mounted_folder_is_read_through_its_data_link_and_follows_an_update()
    {
        Mount("..2026_01", "old");
        File.CreateSymbolicLink(Path.Combine(Root, "..data"), "..2026_01");
        File.CreateSymbolicLink(Path.Combine(Root, "api-key"), "..data/api-key");
        await using var store = Store();
        (await TextAsync(store, "api-key")).ShouldBe("old");

        Mount("..2026_02", "new");
        File.Delete(Path.Combine(Root, "..data"));
        File.CreateSymbolicLink(Path.Combine(Root, "..data"), "..2026_02");

        (await TextAsync(store, "api-key")).ShouldBe("new");
        (await store.ListAsync()).ShouldBe(["api-key"], "the platform's own names are no secrets");
        (await KindAsync(() => TextAsync(store, "..data/api-key"))).ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Mounted_file_is_neither_written_nor_deleted()
    {
        Mount("..2026_01", "old");
        File.CreateSymbolicLink(Path.Combine(Root, "..data"), "..2026_01");
        File.CreateSymbolicLink(Path.Combine(Root, "api-key"), "..data/api-key");
        await using var store = Store();

        (await KindAsync(async () => await store.WriteAsync(new SecretAddress("api-key"), Write("x")))).ShouldBe(SecretErrorKind.ReadOnly);
        (await KindAsync(async () => await store.DeleteAsync(new SecretAddress("api-key")))).ShouldBe(SecretErrorKind.ReadOnly);

        (await TextAsync(store, "api-key")).ShouldBe("old");
    }

    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("../outside")]
    [InlineData("inner/../../outside")]
    [InlineData("astray")]
    public async Task Link_that_leads_out_or_in_a_circle_is_refused_and_not_listed(string target)
    {
        Directory.CreateDirectory(Path.Combine(Root, "inner"));
        File.WriteAllText(_folder.File("outside"), "not a secret of this folder");
        File.WriteAllText(Path.Combine(Root, "good"), "good");
        File.CreateSymbolicLink(Path.Combine(Root, "astray"), target);
        await using var store = Store();

        (await KindAsync(() => TextAsync(store, "astray"))).ShouldBe(SecretErrorKind.Denied);
        (await store.ListAsync()).ShouldBe(["good"]);
        var outcomes = await store.ReadManyAsync([new SecretAddress("astray"), new SecretAddress("good")]);
        outcomes.Select(o => o.Error?.Kind).ShouldBe([SecretErrorKind.Denied, null], "one bad link hides no other secret");
    }

    [Fact]
    public async Task Folder_that_leads_out_can_be_neither_read_nor_written_through()
    {
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(_folder.File("elsewhere"));
        File.WriteAllText(_folder.File("elsewhere/key"), "x");
        Directory.CreateSymbolicLink(Path.Combine(Root, "out"), _folder.File("elsewhere"));
        await using var store = Store();

        (await KindAsync(() => TextAsync(store, "out/key"))).ShouldBe(SecretErrorKind.Denied);
        (await KindAsync(async () => await store.WriteAsync(new SecretAddress("out/new"), Write("x")))).ShouldBe(SecretErrorKind.Denied);
        File.Exists(_folder.File("elsewhere/new")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("v", true, "v")]
    [InlineData("v\n", true, "v")]
    [InlineData("v\r\n", true, "v")]
    [InlineData("v\n\n", true, "v\n")]
    [InlineData("\n", true, "")]
    [InlineData("v\n", false, "v\n")]
    public async Task Read_takes_one_line_break_off_the_end(string content, bool trims, string value)
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(Path.Combine(Root, "key"), content);
        await using var store = Store(trims);

        (await TextAsync(store, "key")).ShouldBe(value);
    }

    [Fact]
    public async Task Read_stops_at_the_limit_which_the_line_break_does_not_count_for()
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(Path.Combine(Root, "fits"), "12345\r\n");
        File.WriteAllText(Path.Combine(Root, "exceeds"), "123456");
        await using var store = Store(bytesMax: 5);

        (await TextAsync(store, "fits")).ShouldBe("12345");
        (await KindAsync(() => TextAsync(store, "exceeds"))).ShouldBe(SecretErrorKind.Malformed);
    }

    [Fact]
    public async Task Write_makes_files_and_folders_for_the_owner_alone()
    {
        await using var store = Store();

        await store.WriteAsync(new SecretAddress("deep/key"), Write("x"));

        File.GetUnixFileMode(Path.Combine(Root, "deep/key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.Combine(Root, "deep")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Probe_of_a_missing_folder_says_what_to_do()
    {
        await using var store = Store();

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ProbeAsync());

        (error.Kind, error.Help).ShouldBe((SecretErrorKind.Unreachable, "create it or mount the secrets there"));
    }

    private static SecretWrite Write(string text) => new(SecretValue.FromText(text));

    private static async Task<string> TextAsync(SecretStore store, string path)
    {
        using var value = (await store.ReadAsync(new SecretAddress(path))).Value;
        return value.RevealText();
    }

    private static async Task<SecretErrorKind> KindAsync(Func<Task> action) => (await Should.ThrowAsync<SecretException>(action)).Kind;

    private void Mount(string version, string value)
    {
        Directory.CreateDirectory(Path.Combine(Root, version));
        File.WriteAllText(Path.Combine(Root, version, "api-key"), value);
    }

    private SecretStore Store(bool trims = true, int bytesMax = SecretValue.LengthMax) => new("files", new FilesBackend(Root, trims, bytesMax));
}
