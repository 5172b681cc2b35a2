using System.Security.Cryptography;
using Strongroom.Files;

namespace Strongroom.Vault.Audit;

/// <summary>Checks a whole audit log: any edit, drop, swap or cut is found. Needs the audit key, so it needs the open vault.</summary>
internal static class AuditVerifier
{
    public static async ValueTask<AuditReport> VerifyAsync(string path, byte[] key, VaultPast? past, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new AuditReader(path);
            using var chain = new ChainCheck(key, past?.Anchor);
            while (chain.Fault is null && await reader.NextAsync(cancellationToken) is { } piece) chain.Add(piece);
            return chain.Finish(past);
        }
        catch (FileNotFoundException)
        {
            var fault = past?.Anchor is null ? null : "the log is missing";
            return new AuditReport(0, 0, 0, fault, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "verify", path);
        }
    }

    private sealed class ChainCheck(byte[] key, AuditPosition? anchor) : IDisposable
    {
        private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        private readonly IncrementalHash _fragment = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly AuditLedger _ledger = new();
        private ChainHead _head = ChainHead.Start;
        private long _records;
        private long _recoveries;

        /// <summary>Bytes since the last good line, without the last line end; -1 when there are none.</summary>
        private long _fragmentLength = -1;
        private bool _fragmentEnded;
        private bool _fragmentHasEnds;
        private bool _fragmentHasZeros;

        public string? Fault { get; private set; }

        public void Add(AuditPiece piece)
        {
            if (!piece.Ended || AuditLine.Read(_hmac, piece.Bytes.Span) is not { } line)
            {
                AddToFragment(piece);
                return;
            }
            if (_fragmentLength >= 0 || line.TornLength > 0)
            {
                if (!IsRecoveryOfFragment(line))
                {
                    Fault = "a record was changed";
                    return;
                }
                _recoveries++;
            }
            if (line.Sequence != _head.Sequence + 1 || !line.Previous.AsSpan().SequenceEqual(_head.Mac))
            {
                Fault = "records are missing or out of order";
                return;
            }
            _head = line.Head;
            _records++;
            _ledger.Add(line, anchor);
        }

        public AuditReport Finish(VaultPast? past)
        {
            // What is left over is the unfinished line of a crash, or an edit of the last record.
            if (_fragmentLength >= 0 && (_fragmentHasEnds || _fragmentEnded) && !_fragmentHasZeros) Fault ??= "a record was changed";
            if (past is not null) Fault ??= _ledger.Fault(past);
            return new AuditReport(_records, _recoveries, _ledger.Unfinished, Fault, Fault is null ? 0 : _head.Sequence, _ledger.Checkpoints);
        }

        public void Dispose()
        {
            _hmac.Dispose();
            _fragment.Dispose();
        }

        private void AddToFragment(AuditPiece piece)
        {
            if (_fragmentLength < 0) _fragmentLength = 0;
            else if (_fragmentEnded)
            {
                _fragment.AppendData("\n"u8);
                _fragmentLength++;
                _fragmentHasEnds = true;
            }
            _fragment.AppendData(piece.Bytes.Span);
            _fragmentLength += piece.Bytes.Length;
            _fragmentEnded = piece.Ended;
            _fragmentHasZeros |= piece.Bytes.Span.Contains((byte)0);
        }

        private bool IsRecoveryOfFragment(ParsedAuditLine line)
        {
            var hash = _fragment.GetHashAndReset();
            var matches = string.Equals(line.Kind, "recovery", StringComparison.Ordinal)
                && line.TornLength == _fragmentLength && line.TornHash is { } torn && torn.AsSpan().SequenceEqual(hash);
            _fragmentLength = -1;
            (_fragmentEnded, _fragmentHasEnds, _fragmentHasZeros) = (false, false, false);
            return matches;
        }
    }
}
