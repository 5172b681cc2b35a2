using Strongroom.Cli.Framework;
using Strongroom.Cli.Processes;
using Strongroom.Manifest;

namespace Strongroom.Cli.Project;

/// <summary>Edits the manifest of a project, keeping comments and order.</summary>
internal static class ManifestFile
{
    /// <summary>Declares a secret that the manifest does not have yet; false when it has.</summary>
    public static bool Declare(Session session, string name, string? description)
    {
        if (session.Manifest.FindSecret(name) is not null) return false;
        return Change(session.Root, text => ManifestEditor.AddSecret(text, name, description: description));
    }

    /// <summary>Declares all that the manifest does not have yet.</summary>
    public static void Declare(Session session, IEnumerable<string> names)
    {
        var missing = names.Where(name => session.Manifest.FindSecret(name) is null).ToList();
        if (missing.Count > 0) Change(session.Root, text => ManifestEditor.AddSecrets(text, missing));
    }

    /// <summary>Takes a secret out of the manifest; false when it was not in it.</summary>
    public static bool Remove(string root, string name) => Change(root, text => ManifestEditor.RemoveSecret(text, name));

    private static bool Change(string root, Func<string, string> edit)
    {
        // Others may be adding theirs: each reads what the one before has written.
        using var folder = LockedFolder.Take(root);
        var path = Path.Combine(root, ManifestFiles.Name);
        var text = File.ReadAllText(path);
        var edited = edit(text);
        if (edited == text) return false;
        OutputFile.ReplaceText(path, edited);
        return true;
    }
}
