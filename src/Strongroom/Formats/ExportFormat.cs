namespace Strongroom.Formats;

/// <summary>The forms in which secrets leave for another tool.</summary>
public enum ExportFormat
{
    /// <summary>A <c>.env</c> file.</summary>
    DotEnv,

    /// <summary>One JSON object of texts.</summary>
    Json,

    /// <summary>One YAML mapping of texts.</summary>
    Yaml,

    /// <summary><c>export NAME='value'</c> for any POSIX shell.</summary>
    Shell,

    /// <summary><c>set -gx NAME 'value'</c> for fish.</summary>
    Fish,

    /// <summary>For <c>docker run --env-file</c>, which has no quotes and no line breaks.</summary>
    Docker,

    /// <summary>For the file that <c>$GITHUB_ENV</c> names.</summary>
    GitHub,

    /// <summary>A Kubernetes Secret.</summary>
    Kubernetes,
}
