using Shouldly;

namespace Strongroom.Cli.Tests;

public sealed class TranscriptTests
{
    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Transcripts"), "*.txt").Order())
        {
            names.Add(Path.GetFileNameWithoutExtension(file));
        }
        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Session_goes_as_written(string name)
    {
        using var workshop = new Workshop();
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Transcripts", name + ".txt"));
        var fault = Transcript.Replay(text, workshop);
        fault.ShouldBeNull();
    }
}
