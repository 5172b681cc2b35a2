using System.Globalization;
using System.Text.Json;

namespace Strongroom.Backends.GitHub;

/// <summary>Which repositories of an organisation see a secret or variable.</summary>
/// <param name="Visibility"><c>all</c>, <c>private</c> or <c>selected</c>.</param>
/// <param name="Ids">The repositories for <c>selected</c>, by number.</param>
/// <param name="Names">More of them, by name, which GitHub must be asked for their numbers.</param>
internal sealed record GitHubSharing(string Visibility, IReadOnlyList<long> Ids, IReadOnlyList<string> Names)
{
    /// <summary>What GitHub does with a new secret when nobody says otherwise.</summary>
    public static GitHubSharing Private { get; } = new("private", [], []);

    /// <summary>What the settings say; null when they leave it as it is.</summary>
    public static GitHubSharing? From(BackendSettings settings, GitHubScope scope)
    {
        var visibility = settings.Text("visibility");
        if (visibility is not (null or "all" or "private" or "selected")) settings.Fault("visibility must be one of all, private, selected");
        if (visibility is not null && !scope.IsOrganization) settings.Fault("visibility is for an organization");
        var ids = new List<long>();
        foreach (var part in Parts(settings, "repository-ids"))
        {
            if (long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) ids.Add(id);
            else settings.Fault("repository-ids must be numbers, separated by commas");
        }
        var names = new List<string>();
        foreach (var part in Parts(settings, "repositories"))
        {
            var name = part.StartsWith(scope.Owner + "/", StringComparison.OrdinalIgnoreCase) ? part[(scope.Owner.Length + 1)..] : part;
            if (IsRepository(name)) names.Add(name);
            else settings.Fault("repositories must be names of repositories of the organization, separated by commas");
        }
        if (ids.Count + names.Count > 0 && visibility is not "selected") settings.Fault("repositories and repository-ids need visibility: selected");
        return visibility is null ? null : new GitHubSharing(visibility, ids, names);
    }

    /// <summary>Says it in a write.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteString("visibility", Visibility);
        if (Visibility is not "selected") return;
        writer.WriteStartArray("selected_repository_ids");
        foreach (var id in Ids) writer.WriteNumberValue(id);
        writer.WriteEndArray();
    }

    private static string[] Parts(BackendSettings settings, string name) => (settings.Text(name) ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);

    private static bool IsRepository(string name)
    {
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        return name is not ("" or "." or "..");
    }
}
