using System.Text;
using System.Text.Json;
using Shouldly;
using Strongroom.CrashWriter;
using Xunit;

namespace Strongroom.Tests.Vault;

public sealed class SecondReaderTests
{
    [Theory]
    [InlineData("v1", "key-file")]
    [InlineData("v1", "passphrase")]
    public void Vault_is_read_by_its_description_alone(string format, string kind)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Vectors", format, kind)))
            File.Copy(file, folder.File(Path.GetFileName(file)));

        var reader = new SecondReader(folder.File("vault.db"), (found, wrapped) =>
        {
            found.ShouldBe(kind);
            return kind == "key-file" ? SecondReader.FromKeyFile(folder.File("vault.key")) : SecondReader.FromPassphrase(VectorWriter.Passphrase, wrapped);
        });

        reader.VaultId.ShouldBe(VectorWriter.VaultId);
        reader.Terms.ShouldBe(2);
        reader.Below("kv/secret/m/").ShouldBe(
            ["kv/secret/m/development/GREETING", "kv/secret/m/development/deep/DATABASE", "kv/secret/m/production/GREETING"]);
        var greeting = JsonElement.Parse(reader.Read("kv/secret/m/development/GREETING")!);
        greeting.GetProperty("current").GetInt32().ShouldBe(3);
        greeting.GetProperty("custom").GetProperty("owner").GetString().ShouldBe("team");
        greeting.GetProperty("created").GetDateTimeOffset().ShouldBe(VectorWriter.Time);
        greeting.GetProperty("versions").GetArrayLength().ShouldBe(3);
        greeting.GetProperty("versions")[0].GetProperty("destroyed").GetBoolean().ShouldBeTrue();
        reader.Read("kv/secret/v/1/development/GREETING").ShouldBeNull();
        JsonElement.Parse(reader.Read("kv/secret/v/2/development/GREETING")!).GetProperty("value").GetProperty("$base64").GetBytesFromBase64()
            .ShouldBe([0xff, 0x00, 0x80]);
        JsonElement.Parse(reader.Read("kv/secret/v/3/development/GREETING")!).GetProperty("value").GetString().ShouldBe("grüß dich");
        Encoding.UTF8.GetString(reader.Read("kv/secret/v/1/development/deep/DATABASE")!).ShouldBe("""{"host":"localhost","port":5432,"tags":["a",null,true]}""");
        JsonElement.Parse(reader.Read("kv/secret/m/production/GREETING")!).GetProperty("versions")[0].GetProperty("deletion").GetDateTimeOffset()
            .ShouldBe(VectorWriter.Time);
        reader.Read("kv/secret/m/").ShouldBeNull();
        reader.Read("kv/secret/m/development/").ShouldBe([]);

        var audit = reader.ReadAudit(folder.File("audit.log"));
        audit.ShouldContain(r => r.GetProperty("kind").GetString() == "intent" && r.GetProperty("path").GetString() == "sys/rotate");
        audit[^1].GetProperty("operation").GetString().ShouldBe("read");
    }
}
