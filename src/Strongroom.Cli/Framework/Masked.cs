using Strongroom.Cli.Terminal;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>How a value looks when it is not shown.</summary>
internal static class Masked
{
    /// <summary>True when values may be written: they go into a pipe or a file, or the person asked to see them.</summary>
    public static bool MayShow(bool reveal) => reveal || Processes.Libc.isatty(1) != 1;

    /// <summary>Dots and the length: enough to see that something is there and not cut off.</summary>
    public static string Show(SecretValue value, Ink ink) =>
        value.Length == 0 ? ink.Dim("(empty)") : $"•••••••• {ink.Dim($"({Counted.Of(value.Length, "byte")})")}";
}
