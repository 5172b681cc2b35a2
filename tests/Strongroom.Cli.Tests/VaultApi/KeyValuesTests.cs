using System.Text;
using System.Text.Json;
using Shouldly;
using Strongroom.Cli.VaultApi;
using Strongroom.Cli.VaultApi.Input;
using Strongroom.Secrets;

namespace Strongroom.Cli.Tests.VaultApi;

public sealed class KeyValuesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("strongroom-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("""{"a":"b"}""", "a=b")]
    [InlineData("""{"a":"b=c"}""", "a=b=c")]
    [InlineData("""{"a":""}""", "a=")]
    [InlineData("""{"a":["1","2","3"]}""", "a=1", "a=2", "a=3")]
    [InlineData("""{"a":"1","b":"2"}""", "a=1", "b=2")]
    [InlineData("""{"a":"@b"}""", "a=\\@b")]
    [InlineData("""{"a":"-"}""", "a=\\-")]
    [InlineData("""{"a":"\\b"}""", "a=\\b")]
    [InlineData("""{"a":"@"}""", "a=@")]
    public void Parse_makes_an_object(string expected, params string[] arguments) => Json(arguments).ShouldBe(expected);

    [Fact]
    public void Parse_takes_a_value_out_of_a_file_as_it_is()
    {
        var file = Write("value", "line 1\nline 2\n");
        Json($"a=@{file}").ShouldBe("""{"a":"line 1\nline 2\n"}""");
    }

    [Fact]
    public void Parse_takes_an_object_out_of_a_file_and_later_words_win()
    {
        var file = Write("object", """{"a":{"b":[1,2.50,null,true]},"c":"old"}""");
        Json("@" + file, "c=new").ShouldBe("""{"a":{"b":[1,2.50,null,true]},"c":"new"}""");
        Json("c=first", "@" + file).ShouldBe("""{"a":{"b":[1,2.50,null,true]},"c":"old"}""");
    }

    [Theory]
    [InlineData("s3cr3t")]
    [InlineData("=s3cr3t")]
    public void Parse_never_repeats_what_it_does_not_understand(string argument)
    {
        var e = Should.Throw<SecretException>(() => Json(argument));
        e.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        e.Message.ShouldNotContain("s3cr3t");
    }

    [Fact]
    public void Parse_refuses_bytes_that_are_no_text()
    {
        var file = Path.Combine(_folder, "binary");
        File.WriteAllBytes(file, [0xff, 0xfe, 0]);
        Should.Throw<SecretException>(() => Json($"a=@{file}")).Message.ShouldContain("is not text");
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("")]
    public void Parse_refuses_a_file_that_is_no_object(string content)
    {
        var file = Write("bad", content);
        Should.Throw<SecretException>(() => Json("@" + file)).Message.ShouldContain(file);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static string Json(params string[] arguments)
    {
        using var values = KeyValues.Parse(arguments);
        using var body = ApiCall.Body(values.WriteTo);
        using var document = JsonDocument.Parse(body.WrittenMemory);
        // As it was written, without what the encoder escapes.
        return Encoding.UTF8.GetString(body.Written).Replace("\\u0022", "\\\"", StringComparison.Ordinal);
    }
}
