using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Tests.Vault.Seal;

public sealed class ShamirTests
{
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    /// <summary>Number of shares, threshold, and a seed that chooses among the shares.</summary>
    private static readonly Arbitrary<(int Shares, int Threshold, int Seed)> Cases =
        (from shares in Gen.Choose(2, 40)
         from threshold in Gen.Choose(2, shares)
         from seed in Gen.Choose(0, int.MaxValue)
         select (shares, threshold, seed)).ToArbitrary();

    [Fact]
    public void Any_threshold_of_shares_in_any_order_restores_the_secret() => Prop.ForAll(Cases, c =>
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        return Shamir.Combine(Some(Shamir.Split(secret, c.Shares, c.Threshold, Random), c.Threshold, c.Seed)).SequenceEqual(secret);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void More_shares_than_the_threshold_restore_it_too() => Prop.ForAll(Cases, c =>
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        return Shamir.Combine(Shamir.Split(secret, c.Shares, c.Threshold, Random)).SequenceEqual(secret);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_share_less_restores_something_else() => Prop.ForAll(Cases, c =>
    {
        if (c.Threshold == 2) return true;
        var secret = RandomNumberGenerator.GetBytes(32);
        return !Shamir.Combine(Some(Shamir.Split(secret, c.Shares, c.Threshold, Random), c.Threshold - 1, c.Seed)).SequenceEqual(secret);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_share_less_fits_every_secret()
    {
        // With one of two shares, every value of a byte has exactly one second share that gives it: the first tells nothing.
        var first = Shamir.Split([42], 2, 2, Random)[0];
        var x = (byte)(first[^1] == 7 ? 8 : 7);
        Enumerable.Range(0, 256).Select(y => Shamir.Combine([first, [(byte)y, x]])[0]).Distinct().Count().ShouldBe(256);
    }

    [Theory]
    [InlineData(255, 255)]
    [InlineData(255, 2)]
    public void Most_shares_work(int shares, int threshold)
    {
        var made = Shamir.Split(new byte[32], shares, threshold, Random);
        made.Select(share => share[^1]).Distinct().Count().ShouldBe(shares);
        made.ShouldAllBe(share => share.Length == 33 && share[32] != 0);
        Shamir.Combine(Some(made, threshold, 3)).ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void Combine_of_the_same_share_twice_is_refused()
    {
        var made = Shamir.Split(new byte[32], 3, 2, Random);
        Should.Throw<SecretException>(() => Shamir.Combine([made[0], made[0]])).Reason.ShouldBe("duplicate part detected");
        Should.Throw<SecretException>(() => Shamir.Combine([made[0], made[1][1..]])).Reason.ShouldBe("all parts must be the same length");
        Should.Throw<SecretException>(() => Shamir.Combine([made[0]])).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public void Shares_of_Vault_restore_its_key()
    {
        // f(x) = 5 + 3x over the field, at 1 and 2: made by hand.
        Shamir.Combine([[5 ^ 3, 1], [5 ^ 6, 2]]).ShouldBe([5]);
    }

    [Fact]
    public void Field_is_the_one_of_AES()
    {
        GaloisField.Multiply(0x57, 0x83).ShouldBe((byte)0xC1);
        GaloisField.Multiply(0x53, 0xCA).ShouldBe((byte)1);
        GaloisField.Invert(0).ShouldBe((byte)0);
        for (var a = 1; a < 256; a++) GaloisField.Multiply((byte)a, GaloisField.Invert((byte)a)).ShouldBe((byte)1);
    }

    [Theory]
    [InlineData(0, 0, "shares must be at least one")]
    [InlineData(1, 0, "threshold must be at least one")]
    [InlineData(3, 1, "threshold must be greater than one for multiple shares")]
    [InlineData(2, 3, "threshold cannot be larger than shares")]
    [InlineData(256, 2, "shares must be less than 256")]
    public void Numbers_that_do_not_fit_are_refused(int shares, int threshold, string fault) =>
        Should.Throw<SecretException>(() => ShamirSeal.Generate(new ShareSplit(shares, threshold), Random)).Reason
            .ShouldBe("invalid seal configuration: " + fault);

    [Fact]
    public async Task Seal_tells_its_numbers_and_nobody_can_change_them()
    {
        using var seal = ShamirSeal.Generate(new ShareSplit(5, 3), Random);
        var rootKey = RandomNumberGenerator.GetBytes(32);
        var wrapped = await seal.WrapAsync(rootKey, "context"u8.ToArray(), default);
        ShamirSeal.ReadSplits(wrapped).ShouldBe([new ShareSplit(5, 3)]);
        using var restored = ShamirSeal.Restore(new ShareSplit(5, 3), Some(seal.MakeShares(), 3, 1), Random);
        (await restored.UnwrapAsync(wrapped, "context"u8.ToArray(), default)).ShouldBe(rootKey);
        wrapped[2] = 2;
        (await Should.ThrowAsync<SecretException>(async () => await restored.UnwrapAsync(wrapped, "context"u8.ToArray(), default)))
            .Kind.ShouldBe(SecretErrorKind.Sealed);
    }

    private static List<byte[]> Some(byte[][] shares, int count, int seed)
    {
        var chosen = shares.ToArray();
        new System.Random(seed).Shuffle(chosen);
        return [.. chosen.Take(count)];
    }
}
