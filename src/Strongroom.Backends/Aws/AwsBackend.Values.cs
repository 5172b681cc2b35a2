using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Aws;

public sealed partial class AwsBackend
{
    private static StoredSecret ToStored(JsonElement item, SecretAddress address)
    {
        var whole = WholeOf(item);
        var version = item.TextOf("VersionId") is { } id ? SecretVersion.Named(id) : (SecretVersion?)null;
        DateTimeOffset? created = item.Member("CreatedDate") is { ValueKind: JsonValueKind.Number } seconds && seconds.TryGetDouble(out var epoch)
            ? DateTimeOffset.UnixEpoch.AddSeconds(epoch)
            : null;
        return new StoredSecret(SecretPayload.Take(whole, address.Field), version, created);
    }

    private static SecretValue WholeOf(JsonElement item)
    {
        if (item.SecretOf("SecretString") is { } text) return text;
        if (item.Member("SecretBinary") is not { ValueKind: JsonValueKind.String } binary || !binary.TryGetBytesFromBase64(out var bytes))
            throw new SecretException(SecretErrorKind.Malformed, "was answered without a value");
        var value = SecretValue.FromBytes(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return value;
    }

    private ValueTask<HttpAnswer> GetAsync(SecretAddress address, CancellationToken cancellationToken) =>
        _calls.CallAsync("GetSecretValue", address, static (json, address) =>
        {
            json.WriteString("SecretId"u8, address.Path);
            if (address.Version is not { } version) return;
            if (version.Name is not { } name)
                throw new SecretException(SecretErrorKind.InvalidInput, "asks for a version by number", help: "a version here is a stage, as AWSPREVIOUS, or the id of a version");
            // Ids have 32 to 64 characters, as UUIDs do; a stage of such a length is told from them by its letters.
            json.WriteString(IsId(name) ? "VersionId"u8 : "VersionStage"u8, name);
        }, cancellationToken);

    private static bool IsId(string name) => name.Length is >= 32 and <= 64 && name.All(c => char.IsAsciiHexDigit(c) || c == '-');

    private async Task OneAsync(int index, IReadOnlyList<SecretAddress> addresses, ReadOutcome[] outcomes, CancellationToken cancellationToken)
    {
        try
        {
            outcomes[index] = new ReadOutcome(addresses[index], await ReadAsync(addresses[index], cancellationToken), Error: null);
        }
        catch (SecretException e)
        {
            outcomes[index] = new ReadOutcome(addresses[index], Secret: null, e);
        }
    }

    /// <summary>One call for some paths; each may be asked for by several addresses, with different fields.</summary>
    private async Task BatchAsync(
        IEnumerable<IGrouping<string, int>> paths, IReadOnlyList<SecretAddress> addresses, ReadOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var open = paths.ToDictionary(p => p.Key, p => p.ToList());
        string? next = null;
        try
        {
            do
            {
                using var answer = await _calls.CallAsync("BatchGetSecretValue", (Paths: open.Keys.ToList(), Next: next), static (json, state) =>
                {
                    json.WriteStartArray("SecretIdList"u8);
                    foreach (var path in state.Paths) json.WriteStringValue(path);
                    json.WriteEndArray();
                    if (state.Next is not null) json.WriteString("NextToken"u8, state.Next);
                }, cancellationToken);
                var root = answer.Json();
                foreach (var item in root.ItemsOf("SecretValues"))
                    Settle(item.TextOf("Name"), item.TextOf("ARN"), address => new ReadOutcome(address, ToStored(item, address), Error: null));
                foreach (var error in root.ItemsOf("Errors"))
                    Settle(error.TextOf("SecretId"), error.TextOf("SecretId"), address => throw AwsCalls.Failure("GetSecretValue", error.TextOf("ErrorCode") ?? ""));
                next = root.TextOf("NextToken");
            }
            while (next is not null);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Denied && e.Help?.Contains("BatchGetSecretValue", StringComparison.Ordinal) == true)
        {
            // A role that may read each secret but not several at once is served one by one, from now on.
            _batchIsDenied = true;
        }
        // What the batch did not speak of is asked for on its own.
        await Task.WhenAll(open.Values.SelectMany(i => i).Select(i => OneAsync(i, addresses, outcomes, cancellationToken)));

        void Settle(string? name, string? arn, Func<SecretAddress, ReadOutcome> outcome)
        {
            foreach (var key in (ReadOnlySpan<string?>)[name, arn])
            {
                if (key is null || !open.Remove(key, out var indexes)) continue;
                foreach (var index in indexes)
                {
                    try
                    {
                        outcomes[index] = outcome(addresses[index]);
                    }
                    catch (SecretException e)
                    {
                        outcomes[index] = new ReadOutcome(addresses[index], Secret: null, e);
                    }
                }
            }
        }
    }

    /// <summary>The current whole secret, or null when there is none.</summary>
    private async ValueTask<Whole?> FindWholeAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await GetAsync(new SecretAddress(path), cancellationToken);
            return new Whole(WholeOf(answer.Json()), answer.Json().RequiredText("VersionId"));
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            return null;
        }
    }

    private async ValueTask<string> WriteWholeAsync(SecretAddress address, SecretWrite write, Whole? existing, SecretValue whole, CancellationToken cancellationToken)
    {
        if (write.ExpectedVersion is { Number: 0 }) return await CreateAsync(address.Path, whole, cancellationToken);
        if (write.ExpectedVersion is { Name: { } expected })
        {
            if (existing?.Version != expected) throw AwsCalls.Failure("PutSecretValue", "PreconditionNotMetException");
            return await ReplaceAsync(address.Path, whole, expected, cancellationToken);
        }
        if (existing is not null && (address.Field is not null || SecretObject.IsObject(whole.Reveal())))
            return await ReplaceAsync(address.Path, whole, existing.Version, cancellationToken);
        if (existing is null && SecretPayload.Merges(address.Field, write.Value)) return await CreateAsync(address.Path, whole, cancellationToken);
        try
        {
            return await PutAsync(address.Path, whole, stage: null, cancellationToken);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            return await CreateAsync(address.Path, whole, cancellationToken);
        }
    }

    private ValueTask<string> CreateAsync(string path, SecretValue whole, CancellationToken cancellationToken) =>
        SendAsync("CreateSecret", whole, (json, token) =>
        {
            json.WriteString("Name"u8, path);
            json.WriteString("ClientRequestToken"u8, token);
            if (_options.KmsKey is not null) json.WriteString("KmsKeyId"u8, _options.KmsKey);
        }, cancellationToken);

    private ValueTask<string> PutAsync(string path, SecretValue whole, string? stage, CancellationToken cancellationToken) =>
        SendAsync("PutSecretValue", whole, (json, token) =>
        {
            json.WriteString("SecretId"u8, path);
            json.WriteString("ClientRequestToken"u8, token);
            if (stage is null) return;
            json.WriteStartArray("VersionStages"u8);
            json.WriteStringValue(stage);
            json.WriteEndArray();
        }, cancellationToken);

    /// <summary>Writes over one version and no other: AWS moves AWSCURRENT only away from the version that is named.</summary>
    private async ValueTask<string> ReplaceAsync(string path, SecretValue whole, string expected, CancellationToken cancellationToken)
    {
        CheckSize(whole);
        var draft = await PutAsync(path, whole, DraftStage, cancellationToken);
        try
        {
            using var moved = await _calls.CallAsync("UpdateSecretVersionStage", (path, draft, expected), static (json, state) =>
            {
                json.WriteString("SecretId"u8, state.path);
                json.WriteString("VersionStage"u8, "AWSCURRENT"u8);
                json.WriteString("MoveToVersionId"u8, state.draft);
                json.WriteString("RemoveFromVersionId"u8, state.expected);
            }, cancellationToken);
            return draft;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.InvalidInput)
        {
            throw AwsCalls.Failure("UpdateSecretVersionStage", "PreconditionNotMetException");
        }
    }

    private async ValueTask<string> SendAsync(string operation, SecretValue whole, Action<Utf8JsonWriter, string> members, CancellationToken cancellationToken)
    {
        // AWS takes the token as the id of the new version. It is made before the call, so that a call that is signed anew keeps it.
        var token = Uuid();
        using var answer = await _calls.CallAsync(operation, (whole, members, token), static (json, state) =>
        {
            state.members(json, state.token);
            var bytes = state.whole.Reveal();
            if (Utf8.IsValid(bytes)) json.WriteString("SecretString"u8, bytes);
            else json.WriteBase64String("SecretBinary"u8, bytes);
        }, cancellationToken);
        return answer.Json().TextOf("VersionId") ?? token;
    }

    private static string Uuid()
    {
        var hex = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return string.Create(CultureInfo.InvariantCulture, $"{hex.AsSpan(0, 8)}-{hex.AsSpan(8, 4)}-4{hex.AsSpan(13, 3)}-a{hex.AsSpan(17, 3)}-{hex.AsSpan(20, 12)}");
    }

    private static void CheckName(string path)
    {
        if (NameFault(path) is { } fault) throw new SecretException(SecretErrorKind.InvalidInput, fault, name: path);
    }

    private static string? NameFault(string path)
    {
        var isArn = path.StartsWith("arn:", StringComparison.Ordinal);
        if (path.Length > 512 && !isArn) return "has a name of more than 512 characters";
        foreach (var c in path)
            if (!char.IsAsciiLetterOrDigit(c) && !"/_+=.@-".Contains(c) && !(isArn && c == ':')) return "has a name that AWS does not take: letters, digits and /_+=.@- only";
        return null;
    }

    private static void CheckSize(SecretValue whole)
    {
        if (whole.Length == 0) throw new SecretException(SecretErrorKind.InvalidInput, "is empty, which AWS does not take");
        CheckLength(whole);
    }

    private static void CheckLength(SecretValue whole)
    {
        if (whole.Length > ValueBytesMax) throw new SecretException(SecretErrorKind.InvalidInput, $"would have {whole.Length} bytes; the limit of AWS is {ValueBytesMax}");
    }

    private static void Statement(Utf8JsonWriter writer, string name, string[] actions, IReadOnlyList<string> resources)
    {
        writer.WriteStartObject();
        writer.WriteString("Sid"u8, name);
        writer.WriteString("Effect"u8, "Allow"u8);
        writer.WriteStartArray("Action"u8);
        foreach (var action in actions) writer.WriteStringValue(action);
        writer.WriteEndArray();
        writer.WriteStartArray("Resource"u8);
        foreach (var resource in resources) writer.WriteStringValue(resource);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private sealed record Whole(SecretValue Value, string Version) : IDisposable
    {
        public void Dispose() => Value.Dispose();
    }
}
