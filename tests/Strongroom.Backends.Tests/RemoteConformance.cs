using Shouldly;
using Strongroom.Fakes;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests;

/// <summary>
/// What every backend behind HTTP must make of a service or a network that fails. Inherit it and say how to start the fake. The calls are
/// a read where the backend reads, and a listing of names.
/// </summary>
public abstract class RemoteConformance
{
    /// <summary>Something that must never stand in a message: the credential that the backend sends.</summary>
    protected const string Canary = "canary-credential";

    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private static readonly StoreOptions Patient = new() { Resilience = new StoreResilienceOptions { RetryDelay = TimeSpan.FromMilliseconds(1), RetryDelayMax = TimeSpan.FromMilliseconds(1) } };

    /// <summary>A fake that holds <paramref name="count"/> secrets (ONE and N0, N1 …), and a backend over it that sends <see cref="Canary"/>.</summary>
    protected abstract Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1);

    /// <summary>The secret that is always there.</summary>
    protected virtual SecretAddress One => new("ONE");

    /// <summary>Which requests faults are for; logins are left out where there are any.</summary>
    protected virtual bool IsMeant(FakeRequest request) => true;

    /// <summary>How the vendor's refusal of a credential comes out.</summary>
    protected virtual SecretErrorKind ExpiredCredentialKind => SecretErrorKind.Denied;

    [Fact]
    public async Task Throttled_tells_how_long_to_wait()
    {
        var error = await FailAsync(new Fault.Throttled(TimeSpan.FromSeconds(7)));

        error.Kind.ShouldBe(SecretErrorKind.Throttled);
        error.RetryAfter!.Value.ShouldBeInRange(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(8));
        (await FailAsync(new Fault.Throttled())).Kind.ShouldBe(SecretErrorKind.Throttled);
    }

    [Fact]
    public async Task Failing_services_and_broken_connections_are_unreachable()
    {
        foreach (var fault in new Fault[] { new Fault.Failing(500), new Fault.Failing(503), new Fault.Reset(), new Fault.CutBody(), new Fault.LostAnswer() })
            (await FailAsync(fault)).Kind.ShouldBe(SecretErrorKind.Unreachable, fault.ToString());
    }

    [Fact]
    public async Task Answers_that_are_none_of_the_vendor_are_malformed()
    {
        foreach (var fault in new Fault[] { new Fault.TruncatedJson(), new Fault.NotJson(), new Fault.Redirect(new Uri("http://elsewhere.test/")) })
            (await FailAsync(fault)).Kind.ShouldBe(SecretErrorKind.Malformed, fault.ToString());
    }

    [Fact]
    public async Task Expired_credential_is_told_with_help()
    {
        var error = await FailAsync(new Fault.ExpiredCredential());

        error.Kind.ShouldBe(ExpiredCredentialKind);
        error.Help.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Failures_that_pass_are_tried_again()
    {
        foreach (var fault in new Fault[] { new Fault.Failing(503), new Fault.Reset(), new Fault.Throttled(TimeSpan.Zero) })
        {
            var (fake, backend) = await StartAsync();
            await using var service = fake;
            await using var store = new SecretStore("remote", backend, Patient);
            fake.Faults.Next(fault, when: IsMeant);
            await CallAsync(store);
        }
    }

    [Fact]
    public async Task Skewed_clocks_do_not_matter()
    {
        var (fake, backend) = await StartAsync();
        await using var service = fake;
        await using var store = new SecretStore("remote", backend, Once);
        fake.Faults.Next(new Fault.ClockSkew(TimeSpan.FromHours(-3)), when: IsMeant);

        await CallAsync(store);
    }

    [Fact]
    public async Task Waiting_for_a_hung_service_or_a_slow_body_can_be_cancelled()
    {
        foreach (var fault in new Fault[] { new Fault.Hang(), new Fault.SlowBody(TimeSpan.FromMinutes(5)) })
        {
            var (fake, backend) = await StartAsync();
            await using var service = fake;
            await using var store = new SecretStore("remote", backend, Once);
            fake.Faults.Always(fault, IsMeant);
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(250));
            await Should.ThrowAsync<OperationCanceledException>(() => CallAsync(store, source.Token));
        }
    }

    [Fact]
    public async Task List_goes_through_all_pages_of_ten_thousand()
    {
        var (fake, backend) = await StartAsync(10_000);
        await using var service = fake;
        await using var store = new SecretStore("remote", backend, new StoreOptions
        {
            Resilience = new StoreResilienceOptions { AttemptTimeout = TimeSpan.FromMinutes(2), TotalTimeout = TimeSpan.FromMinutes(2), RetriesMax = 0 },
        });

        var names = await store.ListAsync();

        names.Count.ShouldBe(10_000);
        names.ShouldBeUnique();
        names.ShouldBe(names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Describe_and_identity_tell_no_credential_and_ask_nobody()
    {
        var (fake, backend) = await StartAsync();
        await using var service = fake;
        await using var store = backend;

        foreach (var fact in backend.Describe()) fact.ToString().ShouldNotContain(Canary);
        backend.Describe().ShouldNotBeEmpty();
        backend.Identity.ShouldNotContain(Canary);
        backend.LeastPrivilege([One], writes: true);
        fake.Exchanges.ShouldBeEmpty();
    }

    private async Task CallAsync(SecretStore store, CancellationToken cancellationToken = default)
    {
        if (store.Can(BackendCapabilities.Read)) (await store.ReadAsync(One, cancellationToken)).Value.Dispose();
        else await store.ListAsync("", cancellationToken);
    }

    private async Task<SecretException> FailAsync(Fault fault)
    {
        var (fake, backend) = await StartAsync();
        await using var service = fake;
        await using var store = new SecretStore("remote", backend, Once);
        fake.Faults.Always(fault, IsMeant);
        var error = await Should.ThrowAsync<SecretException>(() => CallAsync(store), fault.ToString());
        error.ToString().ShouldNotContain(Canary);
        return error;
    }
}
