using System.Security.Cryptography;
using System.Text.Json;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Vault.Audit.Checkpoints;

/// <summary>
/// Checks an audit log with nothing but the public key of its checkpoints: for an auditor who has not the vault. What was cut off at the end is
/// found by a checkpoint that was kept elsewhere.
/// </summary>
public static class CheckpointVerifier
{
    /// <summary>Checks a log.</summary>
    /// <param name="path">The log.</param>
    /// <param name="publicKeyPem">The public key, as <c>sys/audit-checkpoint-key</c> gives it.</param>
    /// <param name="keptPath">A file of checkpoints kept elsewhere, all of which the log must hold; null for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async ValueTask<CheckpointReport> VerifyAsync(string path, string publicKeyPem, string? keptPath, CancellationToken cancellationToken)
    {
        using var key = Import(publicKeyPem);
        try
        {
            var kept = keptPath is null ? [] : await ReadKeptAsync(keptPath, key, cancellationToken);
            using var check = new Check(key, kept);
            using var reader = new AuditReader(path);
            while (check.Fault is null && await reader.NextAsync(cancellationToken) is { } piece) check.Add(piece);
            return check.Finish();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "verify", path);
        }
    }

    private static ECDsa Import(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new SecretException(SecretErrorKind.InvalidInput, "is no public key in PEM", operation: "verify", name: "public key");
        }
    }

    private static async ValueTask<HashSet<string>> ReadKeptAsync(string path, ECDsa key, CancellationToken cancellationToken)
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in await File.ReadAllLinesAsync(path, cancellationToken))
        {
            if (ParsedCheckpoint.Parse(System.Text.Encoding.UTF8.GetBytes(line)) is { } checkpoint && checkpoint.IsSignedBy(key))
                kept.Add(Convert.ToBase64String(checkpoint.Signature));
        }
        return kept;
    }

    private sealed class Check(ECDsa key, HashSet<string> kept) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;
        private long _checkpoints;
        private long _lines;
        private ParsedCheckpoint? _last;

        public string? Fault { get; private set; }

        public void Add(AuditPiece piece)
        {
            if (piece.Ended && ParsedCheckpoint.Parse(piece.Bytes.Span) is { } checkpoint) Accept(checkpoint);
            else _lines++;
            _hash.AppendData(piece.Bytes.Span);
            if (piece.Ended) _hash.AppendData("\n"u8);
            _length += piece.Bytes.Length + (piece.Ended ? 1 : 0);
        }

        public CheckpointReport Finish()
        {
            if (_last is null) Fault ??= "there is no checkpoint by this key";
            if (kept.Count > 0) Fault ??= "a checkpoint that was kept elsewhere is missing: the log was cut, or replaced by an older copy";
            return new CheckpointReport(_checkpoints, _last?.Sequence ?? 0, _last is null ? null : new DateTimeOffset(_last.Time), _lines, Fault);
        }

        public void Dispose() => _hash.Dispose();

        private void Accept(ParsedCheckpoint checkpoint)
        {
            if (!checkpoint.IsSignedBy(key)) Fault = "a checkpoint is signed by another key, or was changed";
            else if (_last is not null && checkpoint.VaultId != _last.VaultId) Fault = "a checkpoint is of another vault";
            else if (checkpoint.Length != _length || !checkpoint.Hash.AsSpan().SequenceEqual(_hash.GetCurrentHash())) Fault = "records before a checkpoint were changed, dropped or moved";
            else
            {
                _checkpoints++;
                _lines = 0;
                _last = checkpoint;
                kept.Remove(Convert.ToBase64String(checkpoint.Signature));
            }
        }
    }

    /// <summary>A line that says it is a checkpoint.</summary>
    private sealed class ParsedCheckpoint
    {
        public Guid VaultId { get; private set; }

        public long Sequence { get; private set; }

        public DateTime Time { get; private set; }

        public long Length { get; private set; }

        public byte[] Hash { get; private set; } = [];

        public byte[] Signature { get; private set; } = [];

        public bool IsSignedBy(ECDsa key) =>
            key.VerifyData(new CheckpointStatement(VaultId, Sequence, Time, Length, Hash).ToBytes(), Signature, HashAlgorithmName.SHA256);

        public static ParsedCheckpoint? Parse(ReadOnlySpan<byte> line)
        {
            if (line.IndexOf("\"kind\":\"checkpoint\""u8) < 0) return null;
            var parsed = new ParsedCheckpoint();
            try
            {
                var reader = new Utf8JsonReader(line);
                reader.Read();
                var isCheckpoint = false;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("kind"u8)) { reader.Read(); isCheckpoint = reader.ValueTextEquals("checkpoint"u8); }
                    else parsed.ReadMember(ref reader);
                }
                return isCheckpoint ? parsed : null;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                return null;
            }
        }

        private void ReadMember(ref Utf8JsonReader reader)
        {
            if (reader.ValueTextEquals("seq"u8)) { reader.Read(); Sequence = reader.GetInt64(); }
            else if (reader.ValueTextEquals("time"u8)) { reader.Read(); Time = reader.GetDateTime(); }
            else if (reader.ValueTextEquals("vault"u8)) { reader.Read(); VaultId = reader.GetGuid(); }
            else if (reader.ValueTextEquals("bytes"u8)) { reader.Read(); Length = reader.GetInt64(); }
            else if (reader.ValueTextEquals("sha256"u8)) { reader.Read(); Hash = reader.GetBytesFromBase64(); }
            else if (reader.ValueTextEquals("signature"u8)) { reader.Read(); Signature = reader.GetBytesFromBase64(); }
            else { reader.Read(); reader.Skip(); }
        }
    }
}
