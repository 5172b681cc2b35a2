using System.Runtime.Versioning;
using System.Text;
using Shouldly;
using Strongroom.Files;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Files;

[UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    private string Target => _folder.File("deep/er/secret");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Replace_makes_file_and_folders_for_the_owner_alone()
    {
        PrivateFile.Replace(Target, "one"u8);

        File.GetUnixFileMode(Target).ShouldBe(OwnerOnly);
        File.GetUnixFileMode(_folder.File("deep")).ShouldBe(OwnerOnly | UnixFileMode.UserExecute);
        File.GetUnixFileMode(_folder.File("deep/er")).ShouldBe(OwnerOnly | UnixFileMode.UserExecute);
        Drafts().ShouldBeEmpty();
    }

    [Fact]
    public void Replace_of_a_file_that_others_may_read_takes_it_from_them()
    {
        PrivateFile.Replace(Target, "one"u8);
        File.SetUnixFileMode(Target, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        PrivateFile.Replace(Target, "two"u8);

        (File.ReadAllText(Target), File.GetUnixFileMode(Target)).ShouldBe(("two", OwnerOnly));
    }

    [Fact]
    public void Replace_that_fails_leaves_the_target_and_no_draft()
    {
        Directory.CreateDirectory(Path.Combine(Target, "a folder in its place"));

        Should.Throw<Exception>(() => PrivateFile.Replace(Target, "one"u8)).ShouldBeAssignableTo<SystemException>();

        Directory.Exists(Target).ShouldBeTrue();
        Drafts().ShouldBeEmpty();
    }

    [Fact]
    public void Replace_of_a_link_leaves_alone_what_it_points_to()
    {
        PrivateFile.Replace(Target, "one"u8);
        var link = _folder.File("link");
        File.CreateSymbolicLink(link, Target);

        PrivateFile.Replace(link, "two"u8);

        (File.ReadAllText(Target), File.ReadAllText(link), new FileInfo(link).LinkTarget).ShouldBe(("one", "two", null));
    }

    [Fact]
    public void Replace_removes_what_a_crash_left_behind_and_no_draft_that_may_be_in_use()
    {
        PrivateFile.Replace(Target, "one"u8);
        var (dead, alive) = (Draft("dead"), Draft("alive"));
        File.SetLastWriteTimeUtc(dead, File.GetLastWriteTimeUtc(Target) - TimeSpan.FromHours(2));

        PrivateFile.Replace(Target, "two"u8);

        Drafts().ShouldBe([Path.GetFileName(alive)]);
        File.ReadAllText(Target).ShouldBe("two");
    }

    [Fact]
    public async Task Replace_by_many_at_once_leaves_one_whole_file()
    {
        var contents = Enumerable.Range(0, 8).Select(i => Encoding.ASCII.GetBytes(new string((char)('a' + i), 10_000))).ToList();

        await Parallel.ForEachAsync(contents.Concat(contents), (content, _) =>
        {
            PrivateFile.Replace(Target, content);
            using var read = PrivateFile.Read(Target, 20_000)!;
            read.Written.ToArray().Distinct().Count().ShouldBe(1);
            return ValueTask.CompletedTask;
        });

        Drafts().ShouldBeEmpty();
    }

    [Fact]
    public void Create_never_replaces_a_file()
    {
        PrivateFile.Create(Target, "one"u8);

        Should.Throw<SecretException>(() => PrivateFile.Create(Target, "two"u8)).Kind.ShouldBe(SecretErrorKind.Conflict);

        (File.ReadAllText(Target), File.GetUnixFileMode(Target)).ShouldBe(("one", OwnerOnly));
        Drafts().ShouldBeEmpty();
    }

    [Fact]
    public void Read_gives_the_whole_file_up_to_its_limit()
    {
        PrivateFile.Read(Target, 3).ShouldBeNull();
        PrivateFile.Replace(Target, "one"u8);
        using (var whole = PrivateFile.Read(Target, 3)) Encoding.ASCII.GetString(whole!.Written).ShouldBe("one");

        Should.Throw<SecretException>(() => PrivateFile.Read(Target, 2)).Kind.ShouldBe(SecretErrorKind.Malformed);
    }

    [Theory]
    [InlineData(UnixFileMode.None, false)]
    [InlineData(UnixFileMode.UserExecute, false)]
    [InlineData(UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.GroupWrite, true)]
    [InlineData(UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.OtherExecute, true)]
    public void RequirePrivate_refuses_what_others_may_touch(UnixFileMode more, bool isOpen)
    {
        PrivateFile.Replace(Target, "one"u8);
        File.SetUnixFileMode(Target, OwnerOnly | more);
        using var file = PrivateFile.Open(Target, FileMode.Open, FileAccess.Read, FileShare.Read);

        PrivateFile.IsOpenToOthers(Target).ShouldBe(isOpen);
        if (!isOpen) PrivateFile.RequirePrivate(file);
        else Should.Throw<SecretException>(() => PrivateFile.RequirePrivate(file)).Help.ShouldBe($"chmod 600 {Target}");
    }

    private string Draft(string name)
    {
        var path = Path.Combine(Path.GetDirectoryName(Target)!, "..new-" + name);
        File.WriteAllText(path, "left");
        return path;
    }

    private IEnumerable<string> Drafts() =>
        Directory.EnumerateFiles(Path.GetDirectoryName(Target)!).Select(f => Path.GetFileName(f)).Where(f => f.StartsWith("..", StringComparison.Ordinal));
}
