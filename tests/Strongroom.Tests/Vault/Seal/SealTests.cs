using System.Runtime.Versioning;
using System.Security.Cryptography;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Tests.Vault.Seal;

[UnsupportedOSPlatform("windows")]
public sealed class SealTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly byte[] _rootKey = RandomNumberGenerator.GetBytes(32);

    private string KeyPath => Path.Combine(_workshop.Folder, "keys", "vault.key");

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Key_file_unwraps_what_it_wrapped_and_no_other_key_does()
    {
        using var seal = KeyFileSeal.Create(KeyPath, _workshop.Random);
        var record = await SealRecord.MakeAsync(VaultWorkshop.VaultId, seal, _rootKey, default);
        using var again = KeyFileSeal.Open(KeyPath, _workshop.Random);
        using var other = KeyFileSeal.Create(KeyPath + "2", _workshop.Random);

        (await SealRecord.Decode(record.Encode()).UnwrapAsync(again, default)).ShouldBe(_rootKey);
        var error = await Should.ThrowAsync<SecretException>(async () => await record.UnwrapAsync(other, default));
        error.Kind.ShouldBe(SecretErrorKind.Sealed);
        error.Help.ShouldNotBeNull();
    }

    [Fact]
    public void Create_key_file_makes_it_private_and_never_replaces_one()
    {
        using var seal = KeyFileSeal.Create(KeyPath, _workshop.Random);

        File.GetUnixFileMode(KeyPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(KeyPath)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Should.Throw<SecretException>(() => KeyFileSeal.Create(KeyPath, _workshop.Random)).Kind.ShouldBe(SecretErrorKind.Conflict);
        Directory.GetFiles(Path.GetDirectoryName(KeyPath)!).ShouldBe([KeyPath]);
    }

    [Fact]
    public void Open_key_file_refuses_one_that_others_may_read()
    {
        KeyFileSeal.Create(KeyPath, _workshop.Random).Dispose();
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var error = Should.Throw<SecretException>(() => KeyFileSeal.Open(KeyPath, _workshop.Random));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Message.ShouldContain("chmod 600");
    }

    [Theory]
    [InlineData("")]
    [InlineData("strongroom-key-1:")]
    [InlineData("strongroom-key-2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("strongroom-key-1:AAAA")]
    public void Open_key_file_refuses_what_is_none(string content)
    {
        KeyFileSeal.Create(KeyPath, _workshop.Random).Dispose();
        File.WriteAllText(KeyPath, content);
        Should.Throw<SecretException>(() => KeyFileSeal.Open(KeyPath, _workshop.Random)).Kind.ShouldBe(SecretErrorKind.Malformed);
    }

    [Fact]
    public void Open_key_file_that_is_missing_is_sealed() =>
        Should.Throw<SecretException>(() => KeyFileSeal.Open(KeyPath, _workshop.Random)).Kind.ShouldBe(SecretErrorKind.Sealed);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Passphrase_unwraps_what_it_wrapped_and_no_other_passphrase_does(bool argon2)
    {
        if (argon2) Assert.SkipUnless(PassphraseDerivation.Argon2IdAvailable, "libsodium is not installed");
        var derivation = argon2 ? PassphraseDerivation.Argon2Id(1, 8192) : PassphraseDerivation.Pbkdf2(1000);
        using var seal = new PassphraseSeal(VaultWorkshop.Value("correct horse"), _workshop.Random, derivation);
        var record = await SealRecord.MakeAsync(VaultWorkshop.VaultId, seal, _rootKey, default);

        using var same = new PassphraseSeal(VaultWorkshop.Value("correct horse"), _workshop.Random);
        using var other = new PassphraseSeal(VaultWorkshop.Value("battery staple"), _workshop.Random);

        (await record.UnwrapAsync(same, default)).ShouldBe(_rootKey);
        (await Should.ThrowAsync<SecretException>(async () => await record.UnwrapAsync(other, default))).Kind.ShouldBe(SecretErrorKind.Sealed);
    }

    [Fact]
    public async Task Passphrase_parameters_out_of_range_are_refused_before_any_work()
    {
        using var seal = new PassphraseSeal(VaultWorkshop.Value("correct horse"), _workshop.Random, PassphraseDerivation.Pbkdf2(1000));
        var wrapped = await seal.WrapAsync(_rootKey, default, default);
        wrapped.AsSpan(1, 4).Fill(0xff);
        (await Should.ThrowAsync<SecretException>(async () => await seal.UnwrapAsync(wrapped, default, default))).Kind.ShouldBe(SecretErrorKind.Corrupt);
    }

    [Fact]
    public async Task Any_flipped_bit_of_the_seal_record_keeps_the_vault_closed()
    {
        using var seal = _workshop.Seal();
        var encoded = (await SealRecord.MakeAsync(VaultWorkshop.VaultId, seal, _rootKey, default)).Encode();
        for (var i = 0; i < encoded.Length; i++)
        {
            var changed = (byte[])encoded.Clone();
            changed[i] ^= 1;
            var error = await Should.ThrowAsync<SecretException>(async () => await SealRecord.Decode(changed).UnwrapAsync(seal, default));
            error.Kind.ShouldBeOneOf(SecretErrorKind.Sealed, SecretErrorKind.Corrupt, SecretErrorKind.Unsupported);
        }
    }

    [Fact]
    public void Static_key_of_a_wrong_length_is_refused() =>
        Should.Throw<SecretException>(() => new StaticKeySeal("AAAA"u8, _workshop.Random)).Kind.ShouldBe(SecretErrorKind.InvalidInput);
}
