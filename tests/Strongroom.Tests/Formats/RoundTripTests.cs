using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Formats;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class RoundTripTests
{
    [Theory]
    [InlineData(ExportFormat.DotEnv, ImportFormat.DotEnv)]
    [InlineData(ExportFormat.Json, ImportFormat.Json)]
    [InlineData(ExportFormat.Yaml, ImportFormat.Yaml)]
    public void Read_of_what_was_written_gives_the_same(ExportFormat written, ImportFormat read) =>
        Prop.ForAll(EntryGenerators.Values, value => EntryGenerators.Survives(value, entries =>
        {
            using var buffer = new SecretBuffer();
            SecretExport.Write(buffer, written, entries);
            var import = SecretImport.Read(buffer.Written, read);
            import.Faults.ShouldBeEmpty();
            return import.Entries;
        })).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_docker_then_read_as_docker_does_gives_the_same() =>
        Prop.ForAll(EntryGenerators.OneLineValues, value => EntryGenerators.Survives(value, entries =>
        {
            using var buffer = new SecretBuffer();
            SecretExport.Write(buffer, ExportFormat.Docker, entries);
            return [.. Encoding.UTF8.GetString(buffer.Written).TrimEnd('\n').Split('\n')
                .Select(line => line.Split('=', 2)).Select(pair => new SecretEntry(pair[0], SecretValue.FromText(pair[1])))];
        })).QuickCheckThrowOnFailure();

    [Fact]
    public void Edit_then_read_gives_the_new_value_and_keeps_the_others() =>
        Prop.ForAll(EntryGenerators.Values, EntryGenerators.Values, (before, after) =>
        {
            using var old = SecretValue.FromText(before);
            using var value = SecretValue.FromText(after);
            using var text = new SecretBuffer();
            DotEnvWriter.Write(text, [new("A", old), new("B", old), new("C", old)]);
            using var edited = DotEnvEditor.Set(text.Written, "B", value);
            using var document = DotEnvParser.Parse(edited.Written);
            return document.Assignments.Count == 3 && document.Find("A")!.Value.Equals(old)
                && document.Find("B")!.Value.Equals(value) && document.Find("C")!.Value.Equals(old);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_shell_then_run_by_a_real_shell_gives_the_same()
    {
        // One process for all values: each is printed in base64 by the shell itself.
        var values = Gen.Sample(EntryGenerators.Values.Generator, 60).Select(v => v.ReplaceLineEndings("\n")).ToArray();
        SecretEntry[] entries = [.. values.Select((v, i) => new SecretEntry($"V{i}", SecretValue.FromText(v)))];
        using var buffer = new SecretBuffer();
        SecretExport.Write(buffer, ExportFormat.Shell, entries);
        var script = new StringBuilder(Encoding.UTF8.GetString(buffer.Written));
        for (var i = 0; i < values.Length; i++) script.Append($"printf '%s' \"$V{i}\" | base64 | tr -d '\\n'; echo\n");

        using var shell = Process.Start(new ProcessStartInfo("sh", "-s") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        shell.StandardInput.Write(script);
        shell.StandardInput.Close();
        var lines = shell.StandardOutput.ReadToEnd().Split('\n');
        shell.WaitForExit();
        for (var i = 0; i < values.Length; i++) Encoding.UTF8.GetString(Convert.FromBase64String(lines[i])).ShouldBe(values[i]);
    }

    /// <summary>Found by the property below: the YAML library throws something that is not its own exception.</summary>
    [Fact]
    public void Parse_of_text_that_breaks_the_yaml_library_is_a_fault()
    {
        const string Text = "\u0085:'$=: aa\n{\n:\n\"\u007f$(id)$(id)\nA=export  \texport %${A}=\u0001`export é $(id)`  }|  $$(id)`&aé\u0085}&a\"~\ufeff:";

        using var import = SecretImport.Read(Encoding.UTF8.GetBytes(Text), ImportFormat.Yaml);

        import.Faults.ShouldHaveSingleItem().ToString().ShouldContain("not YAML");
    }

    [Fact]
    public void Parse_of_any_bytes_never_throws() =>
        Prop.ForAll(EntryGenerators.Values, EntryGenerators.Values, (a, b) =>
        {
            foreach (var format in new[] { ImportFormat.DotEnv, ImportFormat.Json, ImportFormat.Yaml })
                using (SecretImport.Read(Encoding.UTF8.GetBytes(a + "\nA=" + b), format)) { }
        }).QuickCheckThrowOnFailure();
}
