using Shouldly;
using Xunit;

namespace Strongroom.Tests.Architecture;

/// <summary>A secret leaves its type only in the files of <c>reveal-sites.txt</c>; a new one is a decision that a reviewer sees.</summary>
public sealed class RevealTests
{
    [Fact]
    public void Secrets_are_revealed_in_listed_files_only()
    {
        var listed = File.ReadAllLines(RepositoryFiles.PathOf("tests/Strongroom.Tests/Architecture/reveal-sites.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2)[0]);
        var found = RepositoryFiles.In("src", "*.cs").Where(Reveals);
        found.ShouldBe(listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Listed_files_say_why() =>
        File.ReadAllLines(RepositoryFiles.PathOf("tests/Strongroom.Tests/Architecture/reveal-sites.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').ShouldAllBe(line => line.Contains(' '));

    private static bool Reveals(string file)
    {
        if (file.EndsWith("/SecretValue.cs", StringComparison.Ordinal)) return false;
        var text = File.ReadAllText(RepositoryFiles.PathOf(file));
        return text.Contains(".Reveal()", StringComparison.Ordinal) || text.Contains(".RevealText()", StringComparison.Ordinal);
    }
}
