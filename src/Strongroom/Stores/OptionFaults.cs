using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>Collects what is wrong with a set of options, so that all of it is reported at once.</summary>
internal sealed class OptionFaults(string subject)
{
    private List<string>? _faults;

    public void Check(bool isRight, string fault)
    {
        if (!isRight) Add(fault);
    }

    public void Add(string fault) => (_faults ??= []).Add(fault);

    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> naming every fault.</exception>
    public void Throw()
    {
        if (_faults is null) return;
        throw new SecretException(SecretErrorKind.InvalidInput, $"{subject}: {string.Join("; ", _faults)}");
    }
}
