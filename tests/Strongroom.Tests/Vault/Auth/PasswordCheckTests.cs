using System.Net;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Auth.UserPass;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class PasswordCheckTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.2")]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2")]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1")]
    public async Task Flood_of_slow_logins_from_one_place_keeps_no_other_waiting(string flooding, string same, string other)
    {
        var check = new PasswordCheck();
        var slow = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = Enumerable.Range(0, PasswordCheck.WaitingFromOneMax)
            .Select(i => check.AloneAsync("user" + (i % 3), IPAddress.Parse(flooding), () => new ValueTask<int>(slow.Task), None).AsTask()).ToArray();

        (await Should.ThrowAsync<SecretException>(async () => await AskAsync(same))).Kind.ShouldBe(SecretErrorKind.Throttled);
        (await AskAsync(other)).ShouldBe(1);

        slow.SetResult(0);
        await Task.WhenAll(waiting);
        (await AskAsync(same)).ShouldBe(1);

        ValueTask<int> AskAsync(string from) => check.AloneAsync("bob", IPAddress.Parse(from), () => new ValueTask<int>(1), None);
    }

    [Fact]
    public async Task Attempts_for_one_user_come_one_after_the_other()
    {
        var check = new PasswordCheck();
        var first = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var one = check.AloneAsync("bob", null, () => new ValueTask<int>(first.Task), None).AsTask();
        var began = false;
        var two = check.AloneAsync(
            "bob", null,
            () =>
            {
                began = true;
                return new ValueTask<int>(2);
            },
            None).AsTask();
        began.ShouldBeFalse();
        first.SetResult(1);
        (await one).ShouldBe(1);
        (await two).ShouldBe(2);
    }
}
