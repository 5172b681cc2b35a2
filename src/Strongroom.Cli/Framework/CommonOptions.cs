using System.CommandLine;

namespace Strongroom.Cli.Framework;

/// <summary>Options that several verbs share, so that they are called the same everywhere.</summary>
internal static class CommonOptions
{
    public static Option<string> VaultStore() => new("--store", "-s") { Description = "Which embedded vault, if the project has several.", HelpName = "store" };

    public static Option<string> Store(string description) => new("--store", "-s") { Description = description, HelpName = "store" };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };
}
