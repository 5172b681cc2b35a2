using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Storage;
using Strongroom.Vault.Tokens;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>Clients that leave while their request is answered, and requests that are overtaken by others.</summary>
public sealed class AbandonedRequestTests
{
    [Fact]
    public async Task Change_whose_client_left_holds_in_memory_as_in_storage()
    {
        var storage = new HeldStorage(new MemoryStorage());
        await using var vault = await VaultBench.CreateAsync(storage);
        await vault.WriteAsync("sys/policies/acl/p", """{"policy": "path \"secret/data/app\" { capabilities = [\"read\"] }"}""");
        await vault.WriteAsync("secret/data/app", """{"data": {"a": 1}}""");
        var token = await vault.TokenAsync("p");
        await vault.ReadAsync("secret/data/app", token);

        using var client = new CancellationTokenSource();
        storage.Hold();
        var change = SendAsync(vault, "sys/policies/acl/p", """{"policy": "path \"secret/data/app\" { capabilities = [\"deny\"] }"}""", client.Token);
        await storage.Held;
        await client.CancelAsync();
        storage.Release();
        await Record.ExceptionAsync(() => change);

        (await vault.ReadAsync("sys/policies/acl/p"))["policy"]!.GetValue<string>().ShouldContain("deny");
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("secret/data/app", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Token_whose_revocation_was_abandoned_is_dead()
    {
        var storage = new HeldStorage(new MemoryStorage());
        await using var vault = await VaultBench.CreateAsync(storage);
        var token = await vault.TokenAsync("default");
        await vault.ReadAsync("auth/token/lookup-self", token);

        using var client = new CancellationTokenSource();
        storage.Hold();
        var revocation = SendAsync(vault, "auth/token/revoke", new JsonObject { ["token"] = token }.ToJsonString(), client.Token);
        await storage.Held;
        await client.CancelAsync();
        storage.Release();
        await Record.ExceptionAsync(() => revocation);

        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("auth/token/lookup-self", token))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Login_that_is_overtaken_by_the_end_of_its_mount_gives_no_token()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var cluster = new SlowHttp(asked, answer.Task);
        await using var vault = await VaultBench.CreateAsync(outbound: cluster);
        await vault.WriteAsync("sys/auth/kubernetes", """{"type": "kubernetes"}""");
        await vault.WriteAsync("auth/kubernetes/config", """{"kubernetes_host": "https://10.0.0.1:6443", "token_reviewer_jwt": "reviewer"}""");
        foreach (var type in new[] { "service", "batch" })
        {
            await vault.WriteAsync(
                "auth/kubernetes/role/" + type,
                $$"""{"bound_service_account_names": "*", "bound_service_account_namespaces": "*", "token_policies": "admin", "token_type": "{{type}}"}""");
        }
        var logins = new[] { "service", "batch" }.Select(role => vault.WriteAsync("auth/kubernetes/login", $$"""{"role": "{{role}}", "jwt": "eyJhbGciOiJSUzI1NiJ9.e30.e30"}""", token: null)).ToArray();
        await asked.Task;
        await vault.DeleteAsync("sys/auth/kubernetes");
        answer.SetResult();
        foreach (var login in logins) (await Should.ThrowAsync<SecretException>(() => login)).Kind.ShouldBe(SecretErrorKind.Denied);
        (await vault.ListAsync("auth/token/accessors"))["keys"]!.AsArray().Count.ShouldBe(1);
    }

    private static async Task SendAsync(VaultBench vault, string path, string body, CancellationToken cancellationToken)
    {
        var request = new VaultRequest(VaultOperation.Update, path, Encoding.UTF8.GetBytes(body))
        {
            Origin = new RequestOrigin { RequestId = "request", Token = new ClientToken(VaultBench.RootToken), Address = vault.Address },
        };
        (await vault.Vault.HandleAsync(request, cancellationToken)).Dispose();
    }

    /// <summary>Makes commits when it is let; whoever waits may leave, as with the storage on disk.</summary>
    private sealed class HeldStorage(VaultStorage inner) : SharedStorage(inner)
    {
        private TaskCompletionSource? _gate;
        private TaskCompletionSource _held = new();

        public Task Held => _held.Task;

        public void Hold() => (_gate, _held) = (new TaskCompletionSource(), new TaskCompletionSource());

        public void Release() => Interlocked.Exchange(ref _gate, null)?.SetResult();

        public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken) =>
            await MakeAsync([.. changes]).WaitAsync(cancellationToken);

        private async Task<CommitResult> MakeAsync(StorageChange[] changes)
        {
            if (_gate is { } gate)
            {
                _held.TrySetResult();
                await gate.Task;
            }
            return await base.CommitAsync(changes, CancellationToken.None);
        }
    }

    /// <summary>A cluster that knows everybody, and takes its time.</summary>
    private sealed class SlowHttp(TaskCompletionSource asked, Task answer) : HttpMessageHandler
    {
        private int _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _count) == 2) asked.SetResult();
            await answer;
            return new HttpResponseMessage(HttpStatusCode.Created)
            {
                Content = new StringContent("""{"status": {"authenticated": true, "user": {"username": "system:serviceaccount:default:app", "uid": "863bddf7"}}}"""),
            };
        }
    }
}
