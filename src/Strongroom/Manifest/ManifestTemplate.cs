using System.Text;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>The manifest that a new project begins with.</summary>
public static class ManifestTemplate
{
    /// <summary>The text for an application of that name: an embedded vault, overridden by the shell, in three environments.</summary>
    public static string Create(string application)
    {
        using var quoted = new SecretBuffer();
        QuotedText.Write(quoted, Encoding.UTF8.GetBytes(application));
        return $$"""
            # Which secrets this project needs and where they come from. Holds no values: commit it.
            # Reference: docs/reference/manifest.md. For yourself alone: strongroom.local.yaml.
            version: 1
            application: {{Encoding.UTF8.GetString(quoted.Written)}}
            environment: development

            environments:
              development:
              testing:
              production:
                protected: true        # ask before changing anything here

            stores:
              vault: embedded          # the encrypted file .strongroom/vault.db
              shell: environment       # variables set before the command

            # Asked from left to right; the first store that has a secret wins.
            chain: [shell, vault]

            secrets:

            """;
    }
}
