using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes;

/// <summary>
/// A vendor's service as a real HTTP server on this machine. It keeps state and can fail as the vendor fails. Each request and each answer
/// is held against the vendor's own description, so that every test that uses a fake is a test of the contract; what does not fit is
/// thrown by <see cref="DisposeAsync"/>.
/// </summary>
public abstract class FakeService : IAsyncDisposable
{
    private readonly ConcurrentQueue<Exchange> _exchanges = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly ApiContract _contract;
    private WebApplication? _host;

    /// <summary>A fake judged by a contract.</summary>
    protected FakeService(ApiContract contract, TimeProvider? time = null)
    {
        _contract = contract;
        Time = time ?? TimeProvider.System;
    }

    /// <summary>Where it listens, once started; with a slash at the end.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0/");

    /// <summary>The certificate it shows, when it was started with TLS.</summary>
    public X509Certificate2? Certificate { get; private set; }

    /// <summary>What goes wrong.</summary>
    public Faults Faults { get; } = new();

    /// <summary>Everything that was asked and answered so far.</summary>
    public IReadOnlyList<Exchange> Exchanges => [.. _exchanges];

    /// <summary>What did not fit the contract so far.</summary>
    public IReadOnlyList<string> Violations => [.. _violations];

    /// <summary>The clock of the service.</summary>
    public TimeProvider Time { get; }

    /// <summary>How many changes ago the state is that this request sees; see <see cref="Fault.Stale"/>.</summary>
    protected int Lag => _lag.Value;

    private readonly AsyncLocal<int> _lag = new();
    private readonly TaskCompletionSource _meeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _met;

    /// <summary>Starts to listen, on a free port unless one is given.</summary>
    public async Task StartAsync(bool withTls = false, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (withTls) Certificate = TestCertificate.Create();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                if (Certificate is { } certificate) listen.UseHttps(certificate);
            });
        });
        if (withTls) builder.WebHost.UseKestrelHttpsConfiguration();
        _host = builder.Build();
        _host.Run(HandleAsync);
        await _host.StartAsync();
        Address = new Uri(_host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");
    }

    /// <summary>A client certificate check that takes this fake's certificate and no other.</summary>
    public bool Trusts(X509Certificate? certificate, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None || (certificate is not null && certificate.GetCertHashString() == Certificate?.GetCertHashString());

    /// <summary>Stops, and reports everything that did not fit the contract.</summary>
    /// <exception cref="ContractViolationException">Something did not fit.</exception>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_host is not null) await _host.DisposeAsync();
        Certificate?.Dispose();
        if (!_violations.IsEmpty) throw new ContractViolationException(GetType().Name, Violations);
    }

    /// <summary>Answers one request.</summary>
    protected abstract ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken);

    /// <summary>How this vendor says to slow down.</summary>
    protected abstract FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter);

    /// <summary>How this vendor says that it is failing.</summary>
    protected abstract FakeAnswer Failing(FakeRequest request, int status);

    /// <summary>How this vendor says that a credential is no longer good.</summary>
    protected abstract FakeAnswer ExpiredCredential(FakeRequest request);

    private async Task HandleAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        var fault = Faults.Take(request);
        _lag.Value = fault is Fault.Stale stale ? stale.Changes : 0;
        switch (fault)
        {
            case Fault.Reset:
                context.Abort();
                return;
            case Fault.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            case Fault.Meeting meeting:
                if (Interlocked.Increment(ref _met) == meeting.Requests) _meeting.SetResult();
                await _meeting.Task.WaitAsync(context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case Fault.Redirect redirect:
                // A redirect is what somebody on the way answers; no vendor describes it.
                await WriteAsync(context, FakeAnswer.Empty(redirect.Status).With("Location", new Uri(redirect.To, request.Target).ToString()));
                return;
        }
        FakeAnswer answer;
        try
        {
            answer = fault switch
            {
                Fault.Throttled throttled => Throttled(request, throttled.RetryAfter),
                Fault.Failing failing => Failing(request, failing.Status),
                Fault.ExpiredCredential => ExpiredCredential(request),
                _ => await AnswerAsync(request, context.RequestAborted),
            };
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            _violations.Enqueue($"{request.Method} {request.Path}: the fake failed: {e}");
            answer = FakeAnswer.Empty(500);
        }
        Judge(request, answer);
        switch (fault)
        {
            case Fault.LostAnswer:
                context.Abort();
                return;
            case Fault.CutBody:
                await WritePartAsync(context, answer, answer.Body.Length / 2);
                context.Abort();
                return;
            case Fault.SlowBody slow:
                await WritePartAsync(context, answer, answer.Body.Length / 2);
                await Task.Delay(slow.Delay, Time, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                if (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(answer.Body.AsMemory(answer.Body.Length / 2));
                return;
            case Fault.TruncatedJson:
                await WriteAsync(context, answer with { Body = answer.Body[..(answer.Body.Length / 2)] });
                return;
            case Fault.NotJson:
                await WriteAsync(context, FakeAnswer.Text(answer.Status, "<html><body>Welcome to this network</body></html>", "text/html"));
                return;
            case Fault.ClockSkew skew:
                await WriteAsync(context, answer.With("Date", (Time.GetUtcNow() + skew.By).ToString("R", CultureInfo.InvariantCulture)));
                return;
            default:
                await WriteAsync(context, answer);
                return;
        }
    }

    private void Judge(FakeRequest request, FakeAnswer answer)
    {
        var exchange = new Exchange(request.Method, request.Target, request.Headers, request.Body, answer.Status, answer.Headers, answer.Body);
        _exchanges.Enqueue(exchange);
        foreach (var violation in _contract.Violations(exchange)) _violations.Enqueue(violation);
    }

    private static async Task<FakeRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new FakeRequest(context.Request.Method, context.Features.Get<IHttpRequestFeature>()!.RawTarget, headers, body.ToArray());
    }

    private async Task WriteAsync(HttpContext context, FakeAnswer answer)
    {
        Begin(context, answer);
        if (answer.Body.Length > 0)
        {
            context.Response.ContentLength = answer.Body.Length;
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
    }

    private async Task WritePartAsync(HttpContext context, FakeAnswer answer, int length)
    {
        Begin(context, answer);
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body.AsMemory(0, length), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private void Begin(HttpContext context, FakeAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.Headers.Date = Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
    }
}

/// <summary>Requests or answers that the vendor's description does not allow.</summary>
public sealed class ContractViolationException(string service, IReadOnlyList<string> violations)
    : Exception($"{service}: {violations.Count} violations of the contract:\n  {string.Join("\n  ", violations.Distinct().Take(40))}");
