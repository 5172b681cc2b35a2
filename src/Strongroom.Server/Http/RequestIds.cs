using System.Security.Cryptography;

namespace Strongroom.Server.Http;

/// <summary>Identities of requests: random UUIDs, drawn in batches.</summary>
internal static class RequestIds
{
    private const int BatchLength = 256;

    [ThreadStatic]
    private static Batch? _batch;

    public static string Next()
    {
        var batch = _batch ??= new Batch();
        return batch.Next().ToString();
    }

    private sealed class Batch
    {
        private readonly byte[] _random = new byte[BatchLength * 16];
        private int _used = BatchLength;

        public Guid Next()
        {
            if (_used == BatchLength)
            {
                RandomNumberGenerator.Fill(_random);
                _used = 0;
            }
            return new Guid(_random.AsSpan(16 * _used++, 16), bigEndian: true);
        }
    }
}
