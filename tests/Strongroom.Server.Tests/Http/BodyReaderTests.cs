using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Server.Http;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;
using Xunit;

namespace Strongroom.Server.Tests.Http;

/// <summary>A body comes before its token is looked at: without a limit to all of them together anybody could fill the memory.</summary>
public sealed class BodyReaderTests : IAsyncLifetime
{
    private const int Half = (int)(BodyReader.StrangersMax / 2);

    private DevVault _dev = null!;
    private BodyReader _reader = null!;

    public async ValueTask InitializeAsync()
    {
        _dev = await DevVault.StartAsync(new ServerArguments { Dev = true }, RandomNumberGenerator.Create(), TimeProvider.System, default);
        _reader = new BodyReader(_dev.Vault);
    }

    public ValueTask DisposeAsync() => _dev.DisposeAsync();

    [Fact]
    public async Task Strangers_share_little_room_and_none_of_that_of_clients_with_a_token()
    {
        using var first = await ReadAsync(Half, token: null);
        first!.Length.ShouldBe(Half);
        var second = await ReadAsync(Half, "made-up");
        var error = await Should.ThrowAsync<SecretException>(() => ReadAsync(100_000, "made-up"));
        (error.Kind, error.RetryAfter).ShouldBe((SecretErrorKind.Throttled, TimeSpan.FromSeconds(1)));
        // Logins go on, and so do those who have a token.
        (await ReadAsync(HeldBody.FreeLength, token: null))!.Dispose();
        (await ReadAsync(Half, RunningServer.RootToken))!.Dispose();
        second!.Dispose();
        (await ReadAsync(100_000, "made-up"))!.Dispose();
    }

    [Fact]
    public async Task Body_of_any_allowed_length_is_read_when_there_is_no_other()
    {
        var length = (int)BodyReader.StrangersMax + 1_000_000;
        (await ReadAsync(length, token: null, new EdgeLimits { RequestSizeMax = length }))!.Dispose();
        await Should.ThrowAsync<BadHttpRequestException>(() => ReadAsync(1001, token: null, new EdgeLimits { RequestSizeMax = 1000 }));
    }

    private async Task<HeldBody?> ReadAsync(int length, string? token, EdgeLimits? limits = null)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentLength = length;
        context.Request.Body = new MemoryStream(new byte[length]);
        var origin = new RequestOrigin { Token = token is null ? null : new ClientToken(token), Address = IPAddress.Loopback };
        return await _reader.ReadAsync(context, limits ?? new EdgeLimits(), origin, CancellationToken.None);
    }
}
