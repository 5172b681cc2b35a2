using System.ComponentModel;

namespace Strongroom.Cli.Processes;

/// <summary>The browser of the person at this machine.</summary>
internal static class Browser
{
    /// <summary>Opens a page; false when there seems to be no browser. What becomes of it shows only in the browser.</summary>
    public static async Task<bool> TryOpenAsync(string url, CancellationToken cancellationToken)
    {
        var isMac = OperatingSystem.IsMacOS();
        // Without a desktop, xdg-open may start a browser in this terminal, which is ours.
        if (!isMac && !HasDesktop()) return false;
        using var arguments = new NativeStrings();
        foreach (var argument in new[] { "sh", "-c", $"exec {(isMac ? "open" : "xdg-open")} \"$1\" </dev/null >/dev/null 2>&1", "sh", url }) arguments.Add(argument);
        using var environment = ChildEnvironment.Build([], clean: false);
        try
        {
            var opener = ChildProcess.Start("/bin/sh", arguments, environment, captureOutput: false);
            // It hands the page over and ends; one that goes on is the browser itself.
            return await opener.Exit.WaitAsync(TimeSpan.FromSeconds(2), cancellationToken) == 0;
        }
        catch (TimeoutException)
        {
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static bool HasDesktop() =>
        Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 }
        || Environment.GetEnvironmentVariable("BROWSER") is { Length: > 0 };
}
