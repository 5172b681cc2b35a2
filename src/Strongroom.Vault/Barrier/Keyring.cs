using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Vault.Barrier;

/// <summary>All keys of a vault but the root key: an immutable snapshot, swapped whole when a term begins.</summary>
/// <param name="Names">Hashes names.</param>
/// <param name="AuditKey">Key of the audit chain.</param>
/// <param name="Terms">The data keys, by term, oldest first. The last one is the current one.</param>
/// <param name="Revision">Revision of the stored keyring; every commit checks it, so that nothing is sealed under an old term.</param>
internal sealed record Keyring(NameHash Names, byte[] AuditKey, DataKey[] Terms, long Revision) : IDisposable
{
    /// <summary>Terms that a keyring may hold: far more than the limits of the keys can ever ask for.</summary>
    public const int TermsMax = 10_000;

    public DataKey Current => Terms[^1];

    public static Keyring Generate(RandomNumberGenerator random) =>
        new(new NameHash(RandomKey(random)), RandomKey(random), [new DataKey(1, 0, RandomKey(random))], Revision: 0);

    /// <summary>The data key of a term, or null when this keyring does not know it.</summary>
    public DataKey? Find(uint term)
    {
        // Terms are numbered from 1 without gaps.
        return term >= 1 && term <= (uint)Terms.Length ? Terms[term - 1] : null;
    }

    /// <summary>The same keys and one more, which everything is sealed with from now on.</summary>
    public Keyring NextTerm(long sequence, RandomNumberGenerator random) => Terms.Length < TermsMax
        ? this with { Terms = [.. Terms, new DataKey(Current.Term + 1, sequence, RandomKey(random))] }
        : throw new SecretException(SecretErrorKind.Unsupported, $"the vault has had {TermsMax} key terms", operation: "rotate");

    /// <summary>
    /// What was loaded anew, but with the keys that are here already: readers go on with them, and the second copies are zeroed at once.
    /// Throws Corrupt when it is not a later state of this keyring.
    /// </summary>
    public Keyring Continue(Keyring loaded)
    {
        var continues = Names.HasKeyOf(loaded.Names) && CryptographicOperations.FixedTimeEquals(AuditKey, loaded.AuditKey)
            && loaded.Terms.Length >= Terms.Length;
        for (var i = 0; continues && i < Terms.Length; i++) continues = Terms[i].HasKeyOf(loaded.Terms[i]);
        if (!continues)
        {
            loaded.Dispose();
            throw new SecretException(
                SecretErrorKind.Corrupt, "the keys in the vault are not those it was opened with: the file was replaced", operation: "open",
                help: "open it again");
        }
        loaded.Names.Dispose();
        CryptographicOperations.ZeroMemory(loaded.AuditKey);
        var terms = loaded.Terms;
        for (var i = 0; i < Terms.Length; i++)
        {
            terms[i].Dispose();
            terms[i] = Terms[i];
        }
        return this with { Terms = terms, Revision = loaded.Revision };
    }

    public static byte[] RandomKey(RandomNumberGenerator random)
    {
        var key = GC.AllocateUninitializedArray<byte>(DataKey.Length, pinned: true);
        random.GetBytes(key);
        return key;
    }

    public void Dispose()
    {
        Names.Dispose();
        CryptographicOperations.ZeroMemory(AuditKey);
        foreach (var key in Terms) key.Dispose();
    }
}
