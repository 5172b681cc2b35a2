using Shouldly;
using Xunit;

namespace Strongroom.Tests.Architecture;

/// <summary>A backend stays something that one reads in one sitting: docs/adr/0012-size-of-a-backend.md.</summary>
public sealed class BackendFolderTests
{
    private const string Backends = "src/Strongroom.Backends";
    private const int FilesMax = 3;
    private const int LinesMax = 400;

    // What several backends stand on.
    private static readonly string[] Shared = ["Http", "Native"];

    [Fact]
    public void Backend_is_a_folder_of_three_files_and_its_way_to_log_in_three_more_at_the_most()
    {
        foreach (var folder in RepositoryFiles.In(Backends, "*.cs").Select(Below).Where(parts => parts.Length > 1 && !Shared.Contains(parts[0])).GroupBy(parts => string.Join('/', parts[..^1])))
        {
            folder.Count().ShouldBeLessThanOrEqualTo(FilesMax, folder.Key);
            if (folder.Key.Contains('/', StringComparison.Ordinal)) folder.Key.ShouldEndWith("/Access");
        }
    }

    [Fact]
    public void No_file_of_a_backend_makes_up_for_it_by_its_length()
    {
        foreach (var file in RepositoryFiles.In(Backends, "*.cs"))
            File.ReadLines(RepositoryFiles.PathOf(file)).Count().ShouldBeLessThanOrEqualTo(LinesMax, file);
    }

    private static string[] Below(string file) => file[(Backends.Length + 1)..].Split('/');
}
