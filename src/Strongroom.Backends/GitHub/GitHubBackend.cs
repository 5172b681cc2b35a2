using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Strongroom.Backends.Http;
using Strongroom.Backends.Native;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.GitHub;

/// <summary>
/// Secrets of GitHub Actions: of a repository, one of its environments or an organisation. They are written, listed and deleted; GitHub
/// gives no value back, so reading is possible only inside a job, where the workflow hands secrets over as variables. With
/// <c>variables</c> it is the variables of GitHub Actions instead, which are no secrets and can be read anywhere.
/// Names are upper case; a value is text of at most 48 KiB. Sources: docs.github.com/rest/actions/secrets, …/actions/reference/secrets-reference.
/// </summary>
public sealed class GitHubBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "github";

    /// <summary>The longest value in bytes: 48 KiB.</summary>
    public const int ValueLengthMax = 48 * 1024;

    private const int NameLengthMax = 255;

    private readonly BackendSettings _settings;
    private readonly GitHubScope _scope;
    private readonly GitHubLogin _login;
    private readonly GitHubConnection _github;
    private readonly Uri _api;
    private GitHubSharing? _sharing;
    private readonly bool _isInJob;
    private readonly SealedBox _box = new();
    private volatile PublicKey? _key;
    private volatile bool _isPlaceSeen;

    private GitHubBackend(BackendSettings settings, GitHubScope scope, GitHubLogin login, Uri api, GitHubSharing? sharing)
    {
        (_settings, _scope, _login, _api, _sharing) = (settings, scope, login, api, sharing);
        _github = new GitHubConnection(settings, api, login, scope);
        _isInJob = settings.Variable("GITHUB_ACTIONS") is "true";
    }

    /// <summary>
    /// Settings: <c>repository</c> (owner/name; GITHUB_REPOSITORY by default), <c>environment</c>, <c>organization</c>, <c>variables</c>,
    /// <c>visibility</c>, <c>repositories</c>, <c>repository-ids</c>, <c>address</c>, <c>token-variable</c>, <c>app-id</c>, <c>installation-id</c>, <c>private-key-file</c>.
    /// </summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var scope = GitHubScope.From(settings);
        var sharing = GitHubSharing.From(settings, scope);
        scope = scope with { SharesByName = sharing?.Names.Count > 0 };
        var api = settings.Address("address", settings.Text("address") ?? settings.Variable("GITHUB_API_URL")) ?? new Uri("https://api.github.com");
        var login = GitHubLogin.From(settings);
        settings.ThrowOnFaults();
        return new GitHubBackend(settings, scope, login, api, sharing);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete
        | (_scope.AreVariables || _isInJob ? BackendCapabilities.Read : BackendCapabilities.None);

    /// <inheritdoc/>
    public override string Identity => $"{KindName} {_api.Authority} {_scope} {_scope.Noun}";

    /// <inheritdoc/>
    public override string? Instead(BackendCapabilities missing) => missing is BackendCapabilities.Read
        ? "GitHub gives a secret only to a job: map it there with env: NAME: ${{ secrets.NAME }}; elsewhere read from the store that it was copied from"
        : null;

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe() =>
    [
        new("place", _scope.IsUnknown ? null : _scope.ToString(), Help: "set repository: owner/name or organization, or the variable GITHUB_REPOSITORY"),
        new("address", _api.AbsoluteUri, _settings.Text("address") is null && _settings.Variable("GITHUB_API_URL") is not null ? "GITHUB_API_URL" : null),
        _login.AppId is { } app
            ? new("credentials", File.Exists(_login.KeyFile) ? $"app {app}, installation {_login.InstallationId}" : null, _login.KeyFile, "private-key-file names the PEM file that GitHub gave")
            : new("credentials", _settings.Variable(_login.Variable!) is null ? null : "token", _login.Variable, $"set {_login.Variable}, or configure app-id, installation-id and private-key-file"),
        new("reading", Capabilities.HasFlag(BackendCapabilities.Read) ? _scope.AreVariables ? "through the API" : "from this job's variables" : "only inside a job of GitHub Actions"),
    ];

    /// <inheritdoc/>
    public override BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes) =>
        new("permissions of a GitHub App or fine-grained token (JSON)", $$"""
            {
              {{(_scope.SharesByName ? "\"metadata\": \"read\",\n  " : "")}}"{{_scope.Right}}": "{{(writes ? "write" : "read")}}"
            }

            """);

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_scope.AreVariables) return new StoredSecret(SecretValue.FromText(FindInJob(address.Path)));
        using var answer = await _github.GetAsync($"{Place()}/{Name(address.Path)}", cancellationToken);
        await RequireAsync(answer, isOne: true, cancellationToken);
        return Variable(answer.Json());
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        if (!_scope.AreVariables || addresses.Count < 3) return await base.ReadManyAsync(addresses, cancellationToken);
        var found = new Dictionary<string, StoredSecret>(StringComparer.Ordinal);
        await VisitAsync(item => found[item.RequiredText("name")] = Variable(item), cancellationToken);
        var outcomes = new List<ReadOutcome>(addresses.Count);
        foreach (var address in addresses)
        {
            try
            {
                outcomes.Add(found.Remove(Name(address.Path), out var secret)
                    ? new ReadOutcome(address, secret, Error: null)
                    : new ReadOutcome(address, Secret: null, new SecretException(SecretErrorKind.NotFound, "is not there")));
            }
            catch (SecretException e)
            {
                outcomes.Add(new ReadOutcome(address, Secret: null, e));
            }
        }
        foreach (var unasked in found.Values) unasked.Value.Dispose();
        return outcomes;
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await VisitAsync(item => names.Add(item.RequiredText("name")), cancellationToken);
        names.RemoveAll(name => !PathPrefix.Covers(prefix, name));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    /// <remarks>When each secret was written, to the second: GitHub tells nothing else of it.</remarks>
    public override async ValueTask<IReadOnlyDictionary<string, SecretVersion>?> ListStatesAsync(CancellationToken cancellationToken)
    {
        if (_scope.AreVariables) return null;
        var states = new Dictionary<string, SecretVersion>(StringComparer.Ordinal);
        await VisitAsync(item => states[item.RequiredText("name")] = State(item), cancellationToken);
        return states;
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        var name = Name(address.Path);
        if (name.StartsWith("GITHUB_", StringComparison.Ordinal)) throw new SecretException(SecretErrorKind.InvalidInput, "has a name that begins with GITHUB_, which GitHub keeps for itself");
        if (write.Value.Length > ValueLengthMax) throw new SecretException(SecretErrorKind.InvalidInput, $"has a value of {write.Value.Length} bytes; GitHub takes {ValueLengthMax}");
        if (!Utf8.IsValid(write.Value.Reveal()))
            throw new SecretException(SecretErrorKind.InvalidInput, "has a value that is no text, and GitHub hands values over as text", help: "write it as base64 and decode it in the workflow");
        if (_scope.AreVariables)
        {
            await WriteVariableAsync(name, write.Value, cancellationToken);
            return default;
        }
        await WriteSecretAsync(name, write.Value, cancellationToken);
        return new WriteReceipt(_isInJob ? null : await FindStateAsync(name, cancellationToken));
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        using var answer = await _github.ChangeAsync(HttpMethod.Delete, $"{Place()}/{Name(address.Path)}", static () => null, cancellationToken);
        await RequireAsync(answer, isOne: true, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        using var answer = await _github.GetAsync($"{Place()}?per_page=1", cancellationToken);
        await RequireAsync(answer, isOne: false, cancellationToken);
        return $"{_scope}: {answer.Json().NumberOf("total_count") ?? 0} {_scope.Noun}";
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _github.Dispose();
        return base.DisposeAsync();
    }

    private async ValueTask WriteSecretAsync(string name, SecretValue value, CancellationToken cancellationToken)
    {
        var sharing = _scope.IsOrganization ? await SharingAsync(name, cancellationToken) : null;
        var key = _key ??= await GetKeyAsync(cancellationToken);
        using var answer = await PutAsync(name, value, key, sharing, cancellationToken);
        if ((int)answer.Status != 422)
        {
            await RequireAsync(answer, isOne: false, cancellationToken);
            return;
        }
        // The key may have been changed since it was fetched; only then another attempt can help.
        var fresh = _key = await GetKeyAsync(cancellationToken);
        if (string.Equals(fresh.Id, key.Id)) throw _github.Fault(answer);
        using var second = await PutAsync(name, value, fresh, sharing, cancellationToken);
        await RequireAsync(second, isOne: false, cancellationToken);
    }

    /// <summary>The state that a write made, which its answer does not tell. Null when it cannot be had: written it is all the same.</summary>
    private async ValueTask<SecretVersion?> FindStateAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _github.GetAsync($"{Place()}/{name}", cancellationToken);
            return answer.IsSuccess ? State(answer.Json()) : null;
        }
        catch (SecretException)
        {
            return null;
        }
    }

    private ValueTask<HttpAnswer> PutAsync(string name, SecretValue value, PublicKey key, GitHubSharing? sharing, CancellationToken cancellationToken)
    {
        var box = _box.Seal(value.Reveal(), key.Bytes);
        return _github.ChangeAsync(HttpMethod.Put, $"{Place()}/{name}", () => JsonBody.Object((box, key, sharing), static (writer, put) =>
        {
            writer.WriteBase64String("encrypted_value", put.box);
            writer.WriteString("key_id", put.key.Id);
            put.sharing?.WriteTo(writer);
        }), cancellationToken);
    }

    private async ValueTask WriteVariableAsync(string name, SecretValue value, CancellationToken cancellationToken)
    {
        var configured = await ConfiguredSharingAsync(cancellationToken);
        // Change, and where there is nothing to change create; somebody may be faster, so change once more.
        for (var attempt = 0; ; attempt++)
        {
            using var changed = await _github.ChangeAsync(HttpMethod.Patch, $"{Place()}/{name}", () => Body(configured), cancellationToken);
            if ((int)changed.Status != 404 || attempt > 0)
            {
                await RequireAsync(changed, isOne: false, cancellationToken);
                return;
            }
            using var created = await _github.ChangeAsync(HttpMethod.Post, Place(), () => Body(_scope.IsOrganization ? configured ?? GitHubSharing.Private : null), cancellationToken);
            if ((int)created.Status == 409) continue;
            await RequireAsync(created, isOne: false, cancellationToken);
            return;
        }

        JsonBody Body(GitHubSharing? sharing) => JsonBody.Object((name, value, sharing), static (writer, put) =>
        {
            writer.WriteString("name", put.name);
            writer.WriteString("value", put.value.Reveal());
            put.sharing?.WriteTo(writer);
        });
    }

    /// <summary>
    /// Who sees a secret of an organisation has to be said at every write: what the settings say, else what holds now, so that a new value
    /// does not change it.
    /// </summary>
    private async ValueTask<GitHubSharing> SharingAsync(string name, CancellationToken cancellationToken)
    {
        if (await ConfiguredSharingAsync(cancellationToken) is { } configured) return configured;
        using var answer = await _github.GetAsync($"{Place()}/{name}", cancellationToken);
        if ((int)answer.Status == 404) return GitHubSharing.Private;
        await RequireAsync(answer, isOne: false, cancellationToken);
        var visibility = answer.Json().RequiredText("visibility");
        if (visibility is not "selected") return new GitHubSharing(visibility, [], []);
        var ids = new List<long>();
        await VisitAsync($"{Place()}/{name}/repositories", "repositories", item => ids.Add(item.NumberOf("id") ?? 0), cancellationToken);
        return new GitHubSharing(visibility, ids, []);
    }

    /// <summary>What the settings say, with the numbers of the repositories that they name; null when they leave it as it is.</summary>
    private async ValueTask<GitHubSharing?> ConfiguredSharingAsync(CancellationToken cancellationToken)
    {
        if (_sharing is not { Names.Count: > 0 } named) return _sharing;
        List<long> ids = [.. named.Ids];
        foreach (var name in named.Names)
        {
            using var answer = await _github.GetAsync($"repos/{Uri.EscapeDataString(_scope.Owner)}/{name}", cancellationToken);
            if ((int)answer.Status == 404)
                throw new SecretException(SecretErrorKind.InvalidInput, $"is meant for the repository {_scope.Owner}/{name}, which is not there, or the token may not see it", help: "correct repositories, or give the token the repository permission 'Metadata' (read)");
            await RequireAsync(answer, isOne: false, cancellationToken);
            ids.Add(answer.Json().NumberOf("id") ?? throw new SecretException(SecretErrorKind.Malformed, "was answered with a repository without id"));
        }
        return _sharing = named with { Ids = ids, Names = [] };
    }

    private async ValueTask<PublicKey> GetKeyAsync(CancellationToken cancellationToken)
    {
        using var answer = await _github.GetAsync($"{Place()}/public-key", cancellationToken);
        await RequireAsync(answer, isOne: false, cancellationToken);
        var json = answer.Json();
        if (!json.Member("key").TryGetBytesFromBase64(out var bytes)) throw new SecretException(SecretErrorKind.Malformed, "was answered with a key that is no base64");
        return new PublicKey(json.RequiredText("key_id"), bytes);
    }

    private ValueTask VisitAsync(Action<JsonElement> item, CancellationToken cancellationToken) =>
        VisitAsync(Place(), _scope.Noun, item, cancellationToken);

    private async ValueTask VisitAsync(string path, string member, Action<JsonElement> item, CancellationToken cancellationToken)
    {
        var pageLength = _scope.AreVariables ? 30 : 100;
        for (var page = 1; ; page++)
        {
            using var answer = await _github.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{path}?per_page={pageLength}&page={page}"), cancellationToken);
            await RequireAsync(answer, isOne: false, cancellationToken);
            foreach (var one in answer.Json().ItemsOf(member)) item(one);
            if (answer.Header("Link")?.Contains("rel=\"next\"", StringComparison.Ordinal) != true) return;
        }
    }

    /// <summary>
    /// Throws what a failure means. Not found is believed of one secret only after GitHub showed the place at least once: to a token
    /// without the right, everything is not found.
    /// </summary>
    private async ValueTask RequireAsync(HttpAnswer answer, bool isOne, CancellationToken cancellationToken)
    {
        if (answer.IsSuccess)
        {
            _isPlaceSeen = true;
            return;
        }
        if ((int)answer.Status != 404) throw _github.Fault(answer);
        if (isOne && !_isPlaceSeen) await ProbeAsync(cancellationToken);
        throw isOne ? new SecretException(SecretErrorKind.NotFound, "is not there")
            : new SecretException(SecretErrorKind.Denied, $"{_scope} is not there, or the token may not see it", help: _scope.NeededRight);
    }

    private string Place() => !_scope.IsUnknown ? _scope.Path : throw new SecretException(
        SecretErrorKind.InvalidInput, "the store names no place", help: "set repository: owner/name or organization, or the variable GITHUB_REPOSITORY");

    private string FindInJob(string path)
    {
        // A secret that is not defined is handed over as an empty text.
        if (_settings.Variable(path) is { } exact) return exact;
        return _settings.Variable(Name(path)) ?? throw new SecretException(
            SecretErrorKind.NotFound, "is no variable of this job", help: $"map it in the workflow: env: {Name(path)}: ${{{{ secrets.{Name(path)} }}}}");
    }

    private static StoredSecret Variable(JsonElement item) =>
        new(item.SecretOf("value") ?? throw new SecretException(SecretErrorKind.Malformed, "was answered without value"), CreatedAt: item.TimeOf("updated_at"));

    private static SecretVersion State(JsonElement item) => SecretVersion.Named(item.RequiredText("updated_at"));

    /// <summary>The name as GitHub keeps it.</summary>
    private static string Name(string path)
    {
        if (SecretName.IsEnvironmentName(path) && path.Length <= NameLengthMax) return path.ToUpperInvariant();
        throw new SecretException(
            SecretErrorKind.InvalidInput, "is no name for GitHub, which takes letters, digits and underscores, no digit first", help: "naming: upper-snake in the manifest writes names so");
    }

    private sealed record PublicKey(string Id, byte[] Bytes);
}
