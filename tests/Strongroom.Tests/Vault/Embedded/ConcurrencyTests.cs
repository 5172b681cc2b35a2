using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

public sealed class ConcurrencyTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly SharedStorage _storage = new(new MemoryStorage());

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Append_by_many_writers_of_two_vaults_loses_none()
    {
        await using var first = await _workshop.CreateAsync(_storage);
        await using var second = await _workshop.OpenAsync(_storage);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            var vault = i % 2 == 0 ? first : second;
            await vault.AppendAsync("credentials", VaultWorkshop.Fields("list", $"writer-{i}"), default);
        })));

        using var secret = await first.ReadAsync("credentials", null, default);
        var list = JsonNode.Parse(secret.Field("list")!.RevealText())!.AsArray().Select(n => n!.GetValue<string>());
        list.Order().ShouldBe(Enumerable.Range(0, 60).Select(i => $"writer-{i}").Order());
        secret.Version.ShouldBe(60);
    }

    [Fact]
    public async Task Update_by_many_writers_of_two_vaults_loses_none()
    {
        await using var first = await _workshop.CreateAsync(_storage);
        await using var second = await _workshop.OpenAsync(_storage);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            var vault = i % 2 == 0 ? first : second;
            await vault.UpdateAsync(
                "counter",
                current =>
                {
                    using var old = current?.Field("n");
                    return new SecretFields().Set("n", (old is null ? 0 : long.Parse(old.RevealText())) + 1);
                },
                default);
        })));

        using var secret = await first.ReadAsync("counter", null, default);
        secret.Field("n")!.RevealText().ShouldBe("40");
    }

    [Fact]
    public async Task Set_field_by_many_writers_of_two_vaults_loses_none()
    {
        await using var first = await _workshop.CreateAsync(_storage);
        await using var second = await _workshop.OpenAsync(_storage);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(async () =>
        {
            var vault = i % 2 == 0 ? first : second;
            await vault.SetFieldAsync("object", $"field-{i}", VaultWorkshop.Value("x"), null, default);
        })));

        using var secret = await first.ReadAsync("object", null, default);
        secret.FieldNames.Count.ShouldBe(30);
    }
}
