using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Manifest;
using Xunit;

namespace Strongroom.Tests.Manifest;

public sealed class ManifestSnapshotTests
{
    private static readonly byte[] Key = ManifestSnapshot.KeyOf("text"u8, localText: null);

    [Fact]
    public void Decode_of_what_was_encoded_gives_the_same_manifest() =>
        Prop.ForAll(ManifestGenerators.Manifests, manifest =>
            ToJson(ManifestSnapshot.Decode(ManifestSnapshot.Encode(manifest, Key), Key)!) == ToJson(manifest)).QuickCheckThrowOnFailure();

    [Fact]
    public void Decode_of_the_parsed_manifest_gives_every_part_of_it()
    {
        var manifest = ManifestReader.Read(ManifestReaderTests.Full).Manifest!;
        ToJson(ManifestSnapshot.Decode(ManifestSnapshot.Encode(manifest, Key), Key)!).ShouldBe(ToJson(manifest));
    }

    [Fact]
    public void Decode_with_any_byte_changed_is_null()
    {
        var bytes = ManifestSnapshot.Encode(ManifestReader.Read(ManifestReaderTests.Full).Manifest!, Key);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x40;
            ManifestSnapshot.Decode(bytes, Key).ShouldBeNull();
            bytes[i] ^= 0x40;
        }
    }

    [Fact]
    public void Decode_of_a_shortened_file_is_null()
    {
        var bytes = ManifestSnapshot.Encode(ManifestReader.Read(ManifestReaderTests.Full).Manifest!, Key);
        for (var length = 0; length < bytes.Length; length++) ManifestSnapshot.Decode(bytes[..length], Key).ShouldBeNull();
    }

    [Fact]
    public void KeyOf_tells_every_pair_of_texts_apart()
    {
        byte[][] keys = [Key, ManifestSnapshot.KeyOf("texT"u8, null), ManifestSnapshot.KeyOf("text"u8, []), ManifestSnapshot.KeyOf("tex"u8, [(byte)'t']), ManifestSnapshot.KeyOf("te"u8, [(byte)'x', (byte)'t'])];
        keys.Select(Convert.ToHexString).Distinct().Count().ShouldBe(keys.Length);
    }

    private static string ToJson(ProjectManifest manifest) => JsonSerializer.Serialize(manifest);
}
