using Strongroom.Secrets;

namespace Strongroom.Vault.Seal;

/// <summary>Into how many shares a key is split, and how many of them restore it.</summary>
/// <param name="Shares">How many shares there are, 1 to 255.</param>
/// <param name="Threshold">How many of them are needed; more than one unless there is but one share.</param>
public readonly record struct ShareSplit(int Shares, int Threshold)
{
    /// <summary>One share: the key itself.</summary>
    public static ShareSplit One => new(1, 1);

    /// <summary>Throws InvalidInput with Vault's words when the numbers do not fit.</summary>
    public void Require(string what)
    {
        var fault = this switch
        {
            { Shares: < 1 } => "shares must be at least one",
            { Threshold: < 1 } => "threshold must be at least one",
            { Shares: > 1, Threshold: 1 } => "threshold must be greater than one for multiple shares",
            { Shares: > Shamir.SharesMax } => "shares must be less than 256",
            { Threshold: > Shamir.SharesMax } => "threshold must be less than 256",
            _ => Threshold > Shares ? "threshold cannot be larger than shares" : null,
        };
        if (fault is not null) throw new SecretException(SecretErrorKind.InvalidInput, $"{what}: {fault}");
    }
}
