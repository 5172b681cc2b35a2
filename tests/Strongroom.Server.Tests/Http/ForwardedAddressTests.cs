using System.Net;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Strongroom.Server.Configuration;
using Strongroom.Server.Http;
using Xunit;

namespace Strongroom.Server.Tests.Http;

public sealed class ForwardedAddressTests
{
    private static readonly ForwardedForConfiguration Trusted = new([IPNetwork.Parse("127.0.0.0/8")], 0, RejectNotPresent: true, RejectNotAuthorized: true);

    [Theory]
    [InlineData("10.1.2.3", 0, "10.1.2.3")]
    [InlineData("10.9.9.9, 10.1.2.3", 0, "10.1.2.3")]
    [InlineData("10.1.2.3, 10.9.9.9", 1, "10.1.2.3")]
    [InlineData("fd00::1", 0, "fd00::1")]
    public void Address_behind_a_believed_proxy_counts(string header, int skips, string address) =>
        Of("127.0.0.1", header, Trusted with { HopSkips = skips }).ShouldBe(IPAddress.Parse(address));

    [Fact]
    public void Address_of_the_connection_counts_where_nobody_is_believed() => Of("192.168.1.1", "10.1.2.3", null).ShouldBe(IPAddress.Parse("192.168.1.1"));

    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.0.0.1", "nobody")]
    [InlineData("192.168.1.1", "10.1.2.3")]
    public void What_cannot_be_believed_is_refused(string connection, string? header) =>
        Should.Throw<BadHttpRequestException>(() => Of(connection, header, Trusted)).StatusCode.ShouldBe(400);

    [Fact]
    public void Too_short_a_chain_is_refused() =>
        Should.Throw<BadHttpRequestException>(() => Of("127.0.0.1", "10.1.2.3", Trusted with { HopSkips = 1 })).StatusCode.ShouldBe(400);

    [Fact]
    public void Refusals_can_be_switched_off()
    {
        var lenient = Trusted with { RejectNotPresent = false, RejectNotAuthorized = false };
        Of("127.0.0.1", null, lenient).ShouldBe(IPAddress.Loopback);
        Of("192.168.1.1", "10.1.2.3", lenient).ShouldBe(IPAddress.Parse("192.168.1.1"));
    }

    private static IPAddress? Of(string connection, string? header, ForwardedForConfiguration? trusted)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(connection);
        if (header is not null) context.Request.Headers["X-Forwarded-For"] = header;
        return ForwardedAddress.Of(context, trusted);
    }
}
