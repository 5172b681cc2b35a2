using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>
/// Everything that stands between a caller and a store behind a network, in one place and in this order: time limit of the
/// operation, bulkhead, retries, breaker, token bucket, time limit of the attempt. Only this file knows Polly, and only stores
/// that are not local create it, so that a command which asks local stores never loads it.
/// </summary>
internal sealed class StoreResilience : IDisposable
{
    private readonly StoreResilienceOptions _options;
    private readonly TimeProvider _time;
    private readonly CallLimit _calls;
    private readonly CallRate? _rate;
    private readonly ResiliencePipeline _pipeline;

    public StoreResilience(StoreResilienceOptions options, TimeProvider time, Func<double> randomizer)
    {
        options.Validate();
        _options = options;
        _time = time;
        _calls = new CallLimit(options.ConcurrentCallsMax, options.QueuedCallsMax);
        _rate = options.CallsPerSecond is { } perSecond ? new CallRate(perSecond, options.CallBurst, time) : null;
        _pipeline = Build(options, time, randomizer);
    }

    /// <summary>
    /// Runs <paramref name="call"/> and throws nothing but <see cref="SecretException"/>, or the cancellation that the caller
    /// asked for. <paramref name="discard"/> gets a result that comes after its time.
    /// </summary>
    public async ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> call, bool repeatable, Action<T>? discard, CancellationToken cancellationToken)
    {
        using var total = new Deadline(_options.TotalTimeout, _time, cancellationToken);
        try
        {
            await _calls.EnterAsync(total.Token);
            try
            {
                return await ThroughPipelineAsync(new Work<T>(this, call, discard), repeatable, total.Token);
            }
            finally
            {
                _calls.Leave();
            }
        }
        catch (OperationCanceledException) when (total.HasPassed)
        {
            throw TooLate(_options.TotalTimeout);
        }
    }

    public void Dispose() => _calls.Dispose();

    private async ValueTask<T> ThroughPipelineAsync<T>(Work<T> work, bool repeatable, CancellationToken cancellationToken)
    {
        // As everywhere in this library, what comes after an await stays where its caller wants it.
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        context.Properties.Set(Keys.Repeatable, repeatable);
        try
        {
            // As an object, which is what its strategies are for: any other type goes through a conversion in each of them.
            return (T)await _pipeline.ExecuteAsync<object, Work<T>>(
                static (context, work) => work.Resilience.AttemptAsync(work.Call, work.Discard, context.CancellationToken), context, work);
        }
        catch (BrokenCircuitException e)
        {
            throw new SecretException(
                SecretErrorKind.Unreachable, "was not sent: the store failed too often and is left alone for a while", retryAfter: e.RetryAfter);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<object> AttemptAsync<T>(
        Func<CancellationToken, ValueTask<T>> call, Action<T>? discard, CancellationToken cancellationToken)
    {
        if (_rate is not null) await _rate.TakeAsync(cancellationToken);
        using var attempt = new Deadline(_options.AttemptTimeout, _time, cancellationToken);
        Task<T>? running = null;
        try
        {
            var answer = call(attempt.Token);
            if (answer.IsCompletedSuccessfully) return answer.Result!;
            running = answer.AsTask();
            return (await running.WaitAsync(attempt.Token))!;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Abandon(running, discard);
            throw;
        }
        catch (OperationCanceledException) when (attempt.HasPassed)
        {
            Abandon(running, discard);
            throw TooLate(_options.AttemptTimeout);
        }
        catch (Exception e) when (e is not SecretException)
        {
            throw BackendFaults.ToSecretException(e);
        }
    }

    private static void Abandon<T>(Task<T>? running, Action<T>? discard) =>
        _ = running?.ContinueWith(
            static (late, discard) =>
            {
                if (late.IsCompletedSuccessfully) ((Action<T>?)discard)?.Invoke(late.Result);
                else _ = late.Exception;
            },
            discard, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static SecretException TooLate(TimeSpan limit) =>
        new(SecretErrorKind.Unreachable, $"gave no answer within {limit.TotalSeconds:0.###} s");

    private static ResiliencePipeline Build(StoreResilienceOptions options, TimeProvider time, Func<double> randomizer)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.RetriesMax > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.RetriesMax,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.RetryDelayMax,
                Randomizer = randomizer,
                ShouldHandle = args => new(
                    args.Context.Properties.GetValue(Keys.Repeatable, defaultValue: false)
                    && args.Outcome.Exception is SecretException e && IsPassing(e) && !(e.RetryAfter > options.RetryAfterMax)),
                DelayGenerator = static args => new((args.Outcome.Exception as SecretException)?.RetryAfter),
            });
        }
        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerAttemptsMin,
                SamplingDuration = options.BreakerWindow,
                BreakDuration = options.BreakDuration,
                ShouldHandle = static args => new(args.Outcome.Exception is SecretException e && IsPassing(e)),
            })
            .Build();
    }

    private static bool IsPassing(SecretException e) => e.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Throttled;

    /// <summary>Apart, because a static field of one of Polly's value types would load Polly together with the type that has it.</summary>
    private static class Keys
    {
        public static readonly ResiliencePropertyKey<bool> Repeatable = new("repeatable");
    }

    private sealed record Work<T>(StoreResilience Resilience, Func<CancellationToken, ValueTask<T>> Call, Action<T>? Discard);
}
