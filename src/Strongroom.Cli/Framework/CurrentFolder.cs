using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>The folder in which the command was called.</summary>
internal static class CurrentFolder
{
    /// <summary>Its full path.</summary>
    /// <exception cref="SecretException">NotFound when it was deleted meanwhile.</exception>
    public static string Path
    {
        get
        {
            try
            {
                return Directory.GetCurrentDirectory();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SecretException(SecretErrorKind.NotFound, "the current folder is no longer there", help: "go to another one with cd, or name one with --project", inner: e);
            }
        }
    }
}
