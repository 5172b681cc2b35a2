using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Vault.Json;
using Xunit;

namespace Strongroom.Tests.Vault.Json;

public sealed class Base64TextTests
{
    [Fact]
    public void Encode_gives_the_text_of_the_library_and_decode_the_bytes() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        var text = new byte[Base64Text.Length(bytes.Length)];
        var decoded = new byte[bytes.Length];
        return Base64Text.Encode(bytes, text) == text.Length && Encoding.ASCII.GetString(text) == Convert.ToBase64String(bytes)
            && Base64Text.TryDecode(text, decoded) && decoded.AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decode_of_one_byte_takes_exactly_the_texts_of_its_256_values()
    {
        var taken = 0;
        var bytes = new byte[1];
        for (var first = 0; first < 256; first++)
        {
            for (var second = 0; second < 256; second++)
            {
                if (!Base64Text.TryDecode([(byte)first, (byte)second, (byte)'=', (byte)'='], bytes)) continue;
                Convert.ToBase64String(bytes).ShouldBe($"{(char)first}{(char)second}==");
                taken++;
            }
        }
        taken.ShouldBe(256);
    }

    [Theory]
    [InlineData("AAA=", 1)]
    [InlineData("AAAA", 2)]
    [InlineData("AA==", 2)]
    [InlineData("AAB=", 2)]
    [InlineData("A=A=", 2)]
    [InlineData("AA-A", 3)]
    [InlineData("AA A", 3)]
    [InlineData("AAAAA", 3)]
    [InlineData("AAA", 3)]
    public void Decode_of_any_other_text_is_refused(string text, int length) =>
        Base64Text.TryDecode(Encoding.ASCII.GetBytes(text), new byte[length]).ShouldBeFalse();
}
