using System.Text;
using Shouldly;
using Strongroom.Backends.Http;
using Strongroom.Fakes;
using Strongroom.Fakes.Contracts;
using Xunit;

namespace Strongroom.Backends.Tests.Http;

public sealed class HttpCallerTests
{
    [Fact]
    public async Task First_line_is_returned_while_the_rest_is_still_to_come()
    {
        await using var fake = new LinesService();
        await fake.StartAsync();
        fake.Faults.Next(new Fault.SlowBody(TimeSpan.FromMinutes(5)));
        using var caller = new HttpCaller(transport: null, TimeProvider.System);

        using var answer = await caller.SendAsync(new HttpRequestMessage(HttpMethod.Get, fake.Address), CancellationToken.None, firstLineOnly: true).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Encoding.UTF8.GetString(answer.Bytes).ShouldBe("first");
    }

    private sealed class LinesService() : FakeService(new NoContract())
    {
        protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken) => new(FakeAnswer.Text(200, "first\nsecond and more\n"));

        protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => FakeAnswer.Empty(429);

        protected override FakeAnswer Failing(FakeRequest request, int status) => FakeAnswer.Empty(status);

        protected override FakeAnswer ExpiredCredential(FakeRequest request) => FakeAnswer.Empty(401);
    }
}
