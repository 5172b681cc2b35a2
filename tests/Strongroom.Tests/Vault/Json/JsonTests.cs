using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Json;
using Xunit;

namespace Strongroom.Tests.Vault.Json;

/// <summary>The library's reader and writer are the standard that ours are held against.</summary>
public sealed class JsonTests
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Write_gives_the_bytes_of_the_library() => Prop.ForAll(
        Texts, ArbMap.Default.ArbFor<long>(), Moments,
        (text, number, moment) => Written(text, number, moment).SequenceEqual(Expected(text, number, moment))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("secret/data/a\ud800b")]
    [InlineData("\udc00")]
    [InlineData("\ud83d")]
    public void Write_of_half_a_surrogate_pair_gives_the_bytes_of_the_library(string text) =>
        Written(text, 0, DateTime.UnixEpoch).ShouldBe(Expected(text, 0, DateTime.UnixEpoch));

    [Fact]
    public void Read_gives_back_what_was_written() => Prop.ForAll(
        Texts, ArbMap.Default.ArbFor<long>(), Moments,
        (text, number, moment) =>
        {
            var json = new JsonCursor(Written(text, number, moment));
            json.EnterObject();
            json.NextMember();
            var sameName = json.NameIs("text"u8);
            var readText = json.ReadText();
            json.NextMember();
            var readNumber = json.ReadInt64();
            json.NextMember();
            var readMoment = json.ReadTime();
            json.NextMember();
            json.Skip();
            return sameName && readText == text && readNumber == number && readMoment == moment && readMoment.Kind == DateTimeKind.Utc && !json.NextMember();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Find_reads_every_escape_as_the_library_does() => Prop.ForAll(Texts, Texts, (name, text) =>
    {
        // The encoder of the library that escapes most, and spaces wherever they may be.
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object> { ["\u0000 before"] = new[] { "]}\"", text }, [name] = text }, new JsonSerializerOptions { WriteIndented = true });
        using var found = JsonFields.Find(json, name);
        return found!.RevealText() == text && JsonFields.Names(json)[1] == name;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00\/\b\f\n\r\t"}""", "\U0001F600/\b\f\n\r\t")]
    [InlineData("""{ "x" : [1, {"a":2}, "}"] , "a" : "b" }""", "b")]
    [InlineData("""{"a":-1.5e+3}""", "-1.5e+3")]
    [InlineData("""{"a":{"b":[null, true]} ,"c":0}""", """{"b":[null, true]}""")]
    [InlineData("""{"a":{"$base64":"AAEC"}}""", "\u0000\u0001\u0002")]
    [InlineData("""{"\u0061":"by an escaped name"}""", "by an escaped name")]
    public void Find_takes_any_kind_of_value(string json, string expected)
    {
        using var found = JsonFields.Find(Encoding.UTF8.GetBytes(json), "a");
        found!.RevealText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"a":"b""")]
    [InlineData("""{"a":"\q"}""")]
    [InlineData("""{"a":"\ud83d"}""")]
    [InlineData("""{"a":"\ude00"}""")]
    [InlineData("""{"a":"\u00g0"}""")]
    [InlineData("""{"b":[1,2}""")]
    public void Find_in_what_is_not_JSON_is_a_fault(string json) =>
        Should.Throw<FormatException>(() => JsonFields.Find(Encoding.UTF8.GetBytes(json), "a"));

    [Fact]
    public void Find_never_leaves_the_bytes() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(0, 40).ToArbitrary(), (noise, at) =>
    {
        byte[] json = [.. """{"x":[1,{"y":"\u0041"}],"a":"b"}"""u8];
        for (var i = 0; i < noise.Length && at + i < json.Length; i++) json[at + i] = noise[i];
        try
        {
            JsonFields.Find(json, "a")?.Dispose();
        }
        catch (FormatException)
        {
            // Any other exception fails the test.
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ReadInt32_of_a_larger_number_is_a_fault() => Should.Throw<FormatException>(() => new JsonCursor("2147483648"u8).ReadInt32());

    [Theory]
    [InlineData("2026-11-22T06:10:52.9013869+01:00")]
    [InlineData("2026-11-22T06:10:52")]
    [InlineData("2026-13-22T06:10:52Z")]
    [InlineData("2026-11-22T06:10:52.90138691Z")]
    [InlineData("")]
    public void Parse_of_another_form_of_time_is_a_fault(string text) =>
        Should.Throw<FormatException>(() => JsonTime.Parse(Encoding.UTF8.GetBytes(text)));

    private static Arbitrary<string> Texts => Gen.OneOf(
            Gen.Elements("", "secret/data/development/NAME", "\"\\\b\u007f<>&'+`", "é\u2028\U0001F600\uFEFF"),
            ArbMap.Default.GeneratorFor<string>().Where(t => t is not null).Select(WellFormed)).ToArbitrary();

    private static Arbitrary<DateTime> Moments => Gen.OneOf(
        Gen.Elements(DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks, DateTime.UnixEpoch.Ticks, DateTime.UnixEpoch.Ticks + 1_000_000, DateTime.UnixEpoch.Ticks + 120),
        ArbMap.Default.GeneratorFor<DateTime>().Select(t => t.Ticks)).Select(ticks => new DateTime(ticks, DateTimeKind.Utc)).ToArbitrary();

    /// <summary>Half a surrogate pair is replaced by both writers, so it does not come back.</summary>
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static byte[] Written(string text, long number, DateTime moment)
    {
        using var buffer = new SecretBuffer(16);
        var json = new JsonObjectText(buffer);
        json.Begin();
        json.Text("text"u8, text);
        json.Number("number"u8, number);
        json.Time("moment"u8, moment);
        json.Begin("inner"u8);
        json.Text(text, text);
        json.Boolean("boolean"u8, number > 0);
        json.Raw("raw"u8, "[1,2]"u8);
        json.Base64("bytes"u8, Encoding.UTF8.GetBytes(text));
        json.Begin("empty"u8);
        json.End();
        json.End();
        json.End();
        return buffer.Written.ToArray();
    }

    private static byte[] Expected(string text, long number, DateTime moment)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteString("text"u8, text);
            writer.WriteNumber("number"u8, number);
            writer.WriteString("moment"u8, moment);
            writer.WriteStartObject("inner"u8);
            writer.WriteString(text, text);
            writer.WriteBoolean("boolean"u8, number > 0);
            writer.WritePropertyName("raw"u8);
            writer.WriteRawValue("[1,2]"u8);
            writer.WriteBase64String("bytes"u8, Encoding.UTF8.GetBytes(text));
            writer.WriteStartObject("empty"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
