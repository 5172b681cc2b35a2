using System.Text;
using System.Text.Json;
using Strongroom.Backends.Aws.Access;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Aws;

/// <summary>
/// AWS Secrets Manager. The path of an address is the name of a secret, or its ARN; a secret that is a JSON object has fields; a version is
/// a stage (<c>AWSPREVIOUS</c>) or the id of a version.
/// </summary>
public sealed partial class AwsBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "aws";

    /// <summary>The longest value, in bytes.</summary>
    public const int ValueBytesMax = 65536;

    private const int BatchMax = 20;
    private const int RacesMax = 8;

    // The stage of a version that is written but not yet current; it moves from one such version to the next, so that it leaves no trace.
    private const string DraftStage = "STRONGROOM";

    private readonly AwsOptions _options;
    private readonly HttpCaller _http;
    private readonly CredentialKeeper _keeper;
    private readonly AwsCredentials _credentials;
    private readonly AwsCalls _calls;
    private volatile bool _batchIsDenied;

    internal AwsBackend(AwsOptions options, TransportFactory? transport, TimeProvider time)
    {
        _options = options;
        _http = new HttpCaller(transport, time);
        _credentials = new AwsCredentials(options, _http, time);
        _keeper = new CredentialKeeper(_credentials.ObtainAsync, time);
        _calls = new AwsCalls(options, _http, _keeper, time);
    }

    /// <summary>
    /// Settings: <c>region</c>, <c>profile</c>, <c>role</c>, <c>external-id</c>, <c>endpoint</c>, <c>sts-endpoint</c>, <c>recovery-days</c>
    /// (30; 0 deletes for good), <c>kms-key</c>. What is not set comes from the usual <c>AWS_*</c> variables and files.
    /// </summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var options = new AwsOptions(
            settings.Text("region"), settings.Text("profile"), settings.Text("role"), settings.Text("external-id"), settings.Text("endpoint"),
            settings.Text("sts-endpoint"), settings.Number("recovery-days", 30, 0, 30), settings.Text("kms-key"), settings.Environment);
        foreach (var (name, address) in (ReadOnlySpan<(string, string?)>)[
            ("endpoint", options.Endpoint), ("sts-endpoint", options.StsEndpoint), .. AwsOptions.EndpointVariables.Select(v => (v, options.Variable(v)))])
        {
            if (address is not null && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http")) settings.Fault($"{name} must be an address with https://");
        }
        if ((options.Region ?? options.Variable("AWS_REGION") ?? options.Variable("AWS_DEFAULT_REGION")) is { } region && !AwsOptions.IsRegion(region))
            settings.Fault("region must be letters, digits and hyphens, as eu-west-1");
        if (options.RecoveryDays is > 0 and < 7) settings.Fault("recovery-days must be 0 or a number from 7 to 30");
        settings.ThrowOnFaults();
        return new AwsBackend(options, settings.Transport, settings.Time);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete | BackendCapabilities.Versions
        | BackendCapabilities.Metadata | BackendCapabilities.CheckAndSet | BackendCapabilities.Fields;

    /// <inheritdoc/>
    public override string Identity =>
        $"aws {_options.Region ?? _options.Variable("AWS_REGION") ?? _options.Variable("AWS_DEFAULT_REGION")} {_options.Endpoint ?? _options.Variable("AWS_ENDPOINT_URL_SECRETS_MANAGER") ?? _options.Variable("AWS_ENDPOINT_URL")} {_options.ProfileName} {_options.Role} {_options.Account}";

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe()
    {
        var region = _options.Region is not null ? "setting region" : _options.Variable("AWS_REGION") is not null ? "AWS_REGION" : "AWS_DEFAULT_REGION";
        var known = _options.Region ?? _options.Variable("AWS_REGION") ?? _options.Variable("AWS_DEFAULT_REGION");
        var credentials = _options.CredentialSource();
        return
        [
            known is null && _options.ProfileName is { } profile
                ? new BackendFact("region", $"the one of profile {profile}", "shared configuration")
                : new BackendFact("region", known, known is null ? null : region, known is null ? "set `region` in the store, or AWS_REGION" : null),
            new BackendFact("credentials", credentials?.Value ?? "what the shared files or the machine's role give", credentials?.Source ?? "default chain"),
            .. _options.Role is { } role ? [new BackendFact("role", role, "setting role")] : (ReadOnlySpan<BackendFact>)[],
        ];
    }

    /// <inheritdoc/>
    public override BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes)
    {
        var region = _options.Region ?? _options.Variable("AWS_REGION") ?? _options.Variable("AWS_DEFAULT_REGION") ?? "*";
        foreach (var address in addresses) CheckName(address.Path);
        // AWS adds a hyphen and six characters to each name; the question marks stand for them and for nothing longer.
        var resources = addresses.Select(a => a.Path).Distinct().Order(StringComparer.Ordinal)
            .Select(path => path.StartsWith("arn:", StringComparison.Ordinal) ? path : $"arn:aws:secretsmanager:{region}:*:secret:{path}-??????").ToList();
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, IndentSize = 2 }))
        {
            writer.WriteStartObject();
            writer.WriteString("Version"u8, "2012-10-17"u8);
            writer.WriteStartArray("Statement"u8);
            Statement(writer, "ReadTheseSecrets", ["secretsmanager:GetSecretValue"], resources);
            if (writes)
            {
                Statement(
                    writer, "ChangeTheseSecrets",
                    ["secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
                    resources);
            }
            // These two cannot be limited to names; they give no value that the first statement does not allow.
            Statement(writer, "AskForSeveralAtOnce", ["secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets"], ["*"]);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return new BackendPolicy("IAM policy (JSON)", Encoding.UTF8.GetString(text.ToArray()));
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        CheckName(address.Path);
        using var answer = await GetAsync(address, cancellationToken);
        return ToStored(answer.Json(), address);
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var outcomes = new ReadOutcome[addresses.Count];
        var batch = new List<int>();
        var singles = new List<int>();
        for (var i = 0; i < addresses.Count; i++)
        {
            if (NameFault(addresses[i].Path) is { } fault) outcomes[i] = new ReadOutcome(addresses[i], Secret: null, new SecretException(SecretErrorKind.InvalidInput, fault));
            else (addresses[i].Version is null && !_batchIsDenied ? batch : singles).Add(i);
        }
        var byPath = batch.GroupBy(i => addresses[i].Path, StringComparer.Ordinal).ToList();
        if (byPath.Count == 1)
        {
            singles.AddRange(batch);
            byPath = [];
        }
        var work = byPath.Chunk(BatchMax).Select(chunk => BatchAsync(chunk, addresses, outcomes, cancellationToken))
            .Concat(singles.Select(i => OneAsync(i, addresses, outcomes, cancellationToken)));
        await Task.WhenAll(work);
        return outcomes;
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        string? next = null;
        do
        {
            using var answer = await _calls.CallAsync("ListSecrets", (prefix, next), static (json, state) =>
            {
                json.WriteNumber("MaxResults"u8, 100);
                if (state.next is not null) json.WriteString("NextToken"u8, state.next);
                if (state.prefix.Length == 0) return;
                json.WriteStartArray("Filters"u8);
                json.WriteStartObject();
                json.WriteString("Key"u8, "name"u8);
                json.WriteStartArray("Values"u8);
                json.WriteStringValue(state.prefix);
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndArray();
            }, cancellationToken);
            foreach (var secret in answer.Json().ItemsOf("SecretList"))
                if (secret.TextOf("Name") is { } name && PathPrefix.Covers(prefix, name)) names.Add(name);
            // A page may be empty and still have a successor.
            next = answer.Json().TextOf("NextToken");
        }
        while (next is not null);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        CheckName(address.Path);
        if (write.ExpectedVersion is { Number: > 0 })
            throw new SecretException(SecretErrorKind.InvalidInput, "expects a version by number, and versions have ids here");
        CheckLength(write.Value);
        for (var race = 0; ; race++)
        {
            var merges = write.ExpectedVersion is null && SecretPayload.Merges(address.Field, write.Value);
            using var existing = merges || write.ExpectedVersion is { Name: not null } ? await FindWholeAsync(address.Path, cancellationToken) : null;
            using var whole = SecretPayload.With(existing?.Value, address.Field, write.Value);
            CheckSize(whole);
            try
            {
                return new WriteReceipt(SecretVersion.Named(await WriteWholeAsync(address, write, existing, whole, cancellationToken)));
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict && write.ExpectedVersion is null && race < RacesMax)
            {
                // Somebody else wrote between our look and our write: look again.
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        CheckName(address.Path);
        for (var race = 0; address.Field is { } field; race++)
        {
            using var existing = await FindWholeAsync(address.Path, cancellationToken) ?? throw AwsCalls.Failure("GetSecretValue", "ResourceNotFoundException");
            using var rest = SecretPayload.Without(existing.Value, field);
            try
            {
                await ReplaceAsync(address.Path, rest, existing.Version, cancellationToken);
                return;
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict && race < RacesMax)
            {
                // As in a write.
            }
        }
        // Deleting for good succeeds for what never was, so it is looked up first.
        if (_options.RecoveryDays == 0)
            (await _calls.CallAsync("DescribeSecret", address.Path, static (json, path) => json.WriteString("SecretId"u8, path), cancellationToken)).Dispose();
        using var answer = await _calls.CallAsync("DeleteSecret", (address.Path, _options.RecoveryDays), static (json, state) =>
        {
            json.WriteString("SecretId"u8, state.Path);
            if (state.RecoveryDays == 0) json.WriteBoolean("ForceDeleteWithoutRecovery"u8, value: true);
            else json.WriteNumber("RecoveryWindowInDays"u8, state.RecoveryDays);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        var listing = "may list";
        try
        {
            (await _calls.CallAsync("ListSecrets", 1, static (json, one) => json.WriteNumber("MaxResults"u8, one), cancellationToken)).Dispose();
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Denied && e.Help?.Contains("ListSecrets", StringComparison.Ordinal) == true)
        {
            listing = "may not list (secretsmanager:ListSecrets), which reading by name does not need";
        }
        var identity = await _credentials.IdentityAsync((AwsCredential)await _keeper.GetAsync(cancellationToken), cancellationToken);
        return $"{identity} in {await _options.RegionAsync()}; {listing}";
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _keeper.Dispose();
        _http.Dispose();
        return base.DisposeAsync();
    }
}
