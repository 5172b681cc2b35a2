using System.Runtime.Versioning;
using Shouldly;
using Strongroom.Backends.DotEnv;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Tests.Backends.DotEnv;

[UnsupportedOSPlatform("windows")]
public sealed class DotEnvBackendTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    private string Env => _folder.File(".env");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_and_delete_keep_comments_order_and_every_other_line()
    {
        File.WriteAllText(Env, "# database\nUSER=app # the role\n\nexport KEY='old'\n# the end\nLAST=1\n");
        await using var store = Store();

        await store.WriteAsync(new SecretAddress("KEY"), Write("new value"));
        await store.WriteAsync(new SecretAddress("ADDED"), Write("x"));
        await store.DeleteAsync(new SecretAddress("LAST"));

        var text = File.ReadAllText(Env);
        text.ShouldStartWith("# database\nUSER=app # the role\n\nexport KEY=");
        text.ShouldContain("# the end\n");
        text.ShouldNotContain("LAST");
        (await TextAsync(store, "KEY")).ShouldBe("new value");
        (await store.ListAsync()).ShouldBe(["ADDED", "KEY", "USER"]);
    }

    [Fact]
    public async Task Write_leaves_a_file_that_only_the_owner_may_read()
    {
        await using var store = Store();
        await store.WriteAsync(new SecretAddress("KEY"), Write("x"));
        File.GetUnixFileMode(Env).ShouldBe(OwnerOnly);
        File.SetUnixFileMode(Env, OwnerOnly | UnixFileMode.OtherRead);
        (await store.ProbeAsync()).ShouldEndWith("other users of this machine can read it (chmod 600)");

        await store.WriteAsync(new SecretAddress("KEY"), Write("y"));

        File.GetUnixFileMode(Env).ShouldBe(OwnerOnly);
        (await store.ProbeAsync()).ShouldBe("1 variables");
    }

    [Fact]
    public async Task Write_through_a_link_changes_the_file_behind_it()
    {
        File.WriteAllText(_folder.File("shared.env"), "KEY=old\n");
        File.CreateSymbolicLink(Env, "shared.env");
        await using var store = Store();

        await store.WriteAsync(new SecretAddress("KEY"), Write("new"));

        new FileInfo(Env).LinkTarget.ShouldBe("shared.env");
        File.ReadAllText(_folder.File("shared.env")).ShouldContain("new");
    }

    [Fact]
    public async Task Probe_names_what_the_example_expects_and_the_file_lacks()
    {
        File.WriteAllText(Env, "PRESENT=secret-value\nEXTRA=1\nPRESENT=secret-value\n");
        File.WriteAllText(Env + ".example", "PRESENT=\nOPENAI_API_KEY=\nJWT_SECRET=\n");
        await using var store = Store();

        var line = await store.ProbeAsync();

        line.ShouldContain("not assigned, though the example names them: JWT_SECRET, OPENAI_API_KEY");
        line.ShouldContain("assigned more than once: 1");
        line.ShouldNotContain("secret-value");
        new DotEnvBackend(Env, Env + ".example").Inspect().Unexpected.ShouldBe(["EXTRA"]);
    }

    [Fact]
    public async Task Probe_without_a_file_says_so_and_names_all_that_is_expected()
    {
        File.WriteAllText(Env + ".example", "KEY=\n");
        await using var store = Store();

        (await store.ProbeAsync()).ShouldBe("there is no file yet; not assigned, though the example names them: KEY");
    }

    [Fact]
    public async Task Name_that_a_broken_line_may_assign_is_malformed_and_not_missing()
    {
        File.WriteAllText(Env, "GOOD=1\nBROKEN='no end\n");
        await using var store = Store();

        (await TextAsync(store, "GOOD")).ShouldBe("1");
        var error = await Should.ThrowAsync<SecretException>(() => TextAsync(store, "OTHER"));
        error.Kind.ShouldBe(SecretErrorKind.Malformed);
        error.Message.ShouldNotContain("no end");
    }

    private static SecretWrite Write(string text) => new(SecretValue.FromText(text));

    private static async Task<string> TextAsync(SecretStore store, string path)
    {
        using var value = (await store.ReadAsync(new SecretAddress(path))).Value;
        return value.RevealText();
    }

    private SecretStore Store() => new("env", new DotEnvBackend(Env, Env + ".example"));
}
