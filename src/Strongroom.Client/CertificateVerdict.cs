using System.Net.Security;

namespace Strongroom.Client;

/// <summary>Judges server certificates, and remembers what was wrong with one: the exception of the runtime does not tell.</summary>
/// <param name="takesAny">Whether every certificate is taken.</param>
internal sealed class CertificateVerdict(bool takesAny)
{
    private volatile int _refusal;

    /// <summary>What was wrong with the last certificate that was refused; None while none was.</summary>
    public SslPolicyErrors Refusal => (SslPolicyErrors)_refusal;

    public bool Accept(SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || takesAny) return true;
        _refusal = (int)errors;
        return false;
    }
}
