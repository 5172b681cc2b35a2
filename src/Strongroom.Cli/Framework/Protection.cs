using Strongroom.Cli.Terminal;
using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>Asks before what cannot be undone, and before every change in an environment that the manifest protects.</summary>
internal static class Protection
{
    /// <summary>Goes on when the environment is not protected, or a person or <c>--yes</c> agrees.</summary>
    /// <exception cref="SecretException">InvalidInput when nobody can be asked.</exception>
    /// <exception cref="OperationCanceledException">The answer was no.</exception>
    public static void BeforeChange(ManifestPlan plan, bool yes, string what)
    {
        if (plan.Environment.IsProtected) Require(yes, $"{plan.Environment.Name} is protected", $"{what} in {plan.Environment.Name}?");
    }

    /// <summary>Goes on when a person or <c>--yes</c> agrees.</summary>
    /// <inheritdoc cref="BeforeChange" path="/exception"/>
    public static void Require(bool yes, string reason, string question)
    {
        if (yes) return;
        if (!Question.CanAsk)
            throw new SecretException(SecretErrorKind.InvalidInput, $"{reason}, and nobody can be asked; nothing was changed", help: "add --yes if you mean it");
        if (!Question.Ask(question)) throw new OperationCanceledException();
    }
}
