using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Secrets;

public sealed class SecretObjectTests
{
    [Theory]
    [InlineData("""{"a":"x"}""", "a", "x")]
    [InlineData("""{"a":"x\u00e4\n\ud83d\udd11"}""", "a", "xä\n🔑")]
    [InlineData("""{"a":5432}""", "a", "5432")]
    [InlineData("""{"a":{"b":[1, 2]}}""", "a", """{"b":[1, 2]}""")]
    [InlineData("""{"a":null}""", "a", "null")]
    [InlineData("""{"a":"first","a":"last"}""", "a", "last")]
    [InlineData("""{"value":"v","a":"x"}""", null, "v")]
    [InlineData("""{"a":"x"}""", null, """{"a":"x"}""")]
    [InlineData("""{"a":{"$base64":"aGk="}}""", "a", "hi")]
    [InlineData("""{"a":{"$base64":"aGk=","b":1}}""", "a", """{"$base64":"aGk=","b":1}""")]
    public void Find_gives_a_text_as_its_bytes_and_anything_else_as_json(string json, string? field, string expected)
    {
        using var value = SecretObject.Find(Encoding.UTF8.GetBytes(json), field).ShouldNotBeNull();

        value.RevealText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"a":"secret""")]
    [InlineData("""{"a":"\ud800"}""")]
    public void Find_in_what_is_no_object_is_malformed_and_quotes_nothing(string json)
    {
        var error = Should.Throw<SecretException>(() => SecretObject.Find(Encoding.UTF8.GetBytes(json), "a"));

        error.Kind.ShouldBe(SecretErrorKind.Malformed);
        error.ToString().ShouldNotContain("secret\"");
    }

    [Fact]
    public void Set_keeps_the_other_fields_and_their_order_as_they_are_written()
    {
        using var changed = SecretObject.Set("""{"a" : 1.50, "b":"\u00e4","c":{"d":[ ]}}"""u8, "b", SecretValue.FromText("new \"q\""));

        Encoding.UTF8.GetString(changed.Written).ShouldBe("""{"a":1.50,"b":"new \"q\"","c":{"d":[ ]}}""");
    }

    [Fact]
    public void Remove_takes_one_field_away_and_says_when_there_was_none()
    {
        using var rest = SecretObject.Remove("""{"a":1,"b":2}"""u8, "a").ShouldNotBeNull();

        Encoding.UTF8.GetString(rest.Written).ShouldBe("""{"b":2}""");
        SecretObject.Remove("""{"a":1}"""u8, "b").ShouldBeNull();
    }

    [Fact]
    public void Any_bytes_under_any_names_come_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(NonNull<string> Name, byte[] Value)[]>(), fields =>
        {
            var expected = new Dictionary<string, byte[]>();
            var json = new SecretBuffer();
            foreach (var (name, value) in fields)
            {
                if (!IsText(name.Get)) continue;
                expected[name.Get] = value;
                json = SecretObject.Set(json.Written, name.Get, SecretValue.FromBytes(value));
            }
            foreach (var (name, value) in expected) SecretObject.Find(json.Written, name)!.Reveal().ToArray().ShouldBe(value);
            if (expected.Count > 0) SecretObject.Names(json.Written).ShouldBe(expected.Keys, ignoreOrder: true);
        }).QuickCheckThrowOnFailure();

    private static bool IsText(string text)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
