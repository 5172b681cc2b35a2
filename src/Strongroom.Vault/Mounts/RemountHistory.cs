namespace Strongroom.Vault.Mounts;

/// <summary>Which mounts were moved since the vault was unsealed, by the id that the answer told. The oldest are forgotten.</summary>
internal sealed class RemountHistory
{
    private const int CountMax = 1000;

    private readonly Queue<(string Id, string From, string To)> _moves = new();

    public void Add(string id, string from, string to)
    {
        lock (_moves)
        {
            _moves.Enqueue((id, from, to));
            if (_moves.Count > CountMax) _moves.Dequeue();
        }
    }

    public (string From, string To)? Find(string id)
    {
        lock (_moves)
        {
            foreach (var move in _moves)
            {
                if (string.Equals(move.Id, id, StringComparison.Ordinal)) return (move.From, move.To);
            }
            return null;
        }
    }
}
