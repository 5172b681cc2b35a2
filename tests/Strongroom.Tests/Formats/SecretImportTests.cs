using System.Text;
using Shouldly;
using Strongroom.Formats;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class SecretImportTests
{
    [Theory]
    [InlineData(ImportFormat.Json, """{"A":"x","n":5,"database":{"userName":"app","ssl-mode":true,"A":1}}""")]
    [InlineData(ImportFormat.Yaml, "A: x\nn: 5\ndatabase:\n  userName: app\n  ssl-mode: true\n  A: '1'\n")]
    public void Read_flattens_nested_names(ImportFormat format, string text)
    {
        using var import = SecretImport.Read(Encoding.UTF8.GetBytes(text), format);
        import.Faults.ShouldBeEmpty();
        import.Entries.Select(e => $"{e.Name}={e.Value.RevealText()}")
            .ShouldBe(["A=x", "n=5", "DATABASE_USER_NAME=app", "DATABASE_SSL_MODE=true", "DATABASE_A=1"]);
    }

    [Theory]
    [InlineData(ImportFormat.Json, "{\n \"A\": null, \"B\": [1, {\"x\": 2}],\n \"1\": \"x\", \"C\": \"ok\"}", "x.json:2:7: A: null is no value|x.json:2:18: B: a list|x.json:3:7: '1' is no name")]
    [InlineData(ImportFormat.Json, "[1]", "x.json:1:1: expected an object")]
    [InlineData(ImportFormat.Json, "{\"A\": \"never print", "x.json:1:")]
    [InlineData(ImportFormat.Json, "", "x.json:1:1: not JSON")]
    [InlineData(ImportFormat.Yaml, "A: [1]\nB: ~\n1: x\nC: ok", "x.json:1:4: A: a list|x.json:2:4: B: null|x.json:3:1: '1' is no name")]
    public void Read_reports_what_is_no_value(ImportFormat format, string text, string faults)
    {
        using var import = SecretImport.Read(Encoding.UTF8.GetBytes(text), format, "x.json");
        var expected = faults.Split('|');
        import.Faults.Count.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++) import.Faults[i].ToString().ShouldStartWith(expected[i]);
        import.Faults.ShouldAllBe(f => !f.ToString().Contains("never"));
    }

    [Fact]
    public void Read_duplicate_takes_the_last_and_says_so()
    {
        using var import = SecretImport.Read("{\"A\":\"1\",\"B\":\"2\",\"A\":\"3\"}"u8, ImportFormat.Json);
        import.Entries.Select(e => $"{e.Name}={e.Value.RevealText()}").ShouldBe(["A=3", "B=2"]);
        import.Duplicates.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("x/secrets.json", ImportFormat.Json)]
    [InlineData("a.YML", ImportFormat.Yaml)]
    [InlineData(".env.production", ImportFormat.DotEnv)]
    public void FormatOf_goes_by_the_extension(string file, ImportFormat format) => SecretImport.FormatOf(file).ShouldBe(format);
}
