using Shouldly;

namespace Strongroom.Cli.Tests;

/// <summary>
/// Replays every file of Transcripts/ against the published binary. With STRONGROOM_TRANSCRIPTS=update the files are rewritten
/// with what really came out; look at the difference before committing it.
/// </summary>
public sealed class TranscriptTests
{
    private static readonly string Folder = Path.Combine(Workshop.Repository, "tests", "Strongroom.Cli.Tests", "Transcripts");

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(Folder, "*.txt").Order()) names.Add(Path.GetFileNameWithoutExtension(file));
        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Session_goes_as_written(string name)
    {
        using var workshop = new Workshop();
        var file = Path.Combine(Folder, name + ".txt");
        var fault = Transcript.Replay(File.ReadAllText(file), workshop, out var real);
        if (fault is not null && Environment.GetEnvironmentVariable("STRONGROOM_TRANSCRIPTS") == "update")
        {
            File.WriteAllText(file, Transcript.Generalise(real));
            return;
        }
        fault.ShouldBeNull();
    }
}
