using System.Globalization;
using System.Text.Json;

namespace Strongroom.Backends.GitHub;

/// <summary>Where in GitHub the secrets or variables are: a repository, one environment of it, or an organisation.</summary>
/// <param name="Owner">Owner of the repository, or the organisation; "" while none is configured.</param>
/// <param name="Repository">Name of the repository; null for an organisation.</param>
/// <param name="Environment">Name of an environment of the repository.</param>
/// <param name="AreVariables">Whether variables are meant, and not secrets.</param>
internal sealed record GitHubScope(string Owner, string? Repository, string? Environment, bool AreVariables)
{
    /// <summary>The place that the settings say, or the repository of the job.</summary>
    public static GitHubScope From(BackendSettings settings)
    {
        var (repository, environment, organization) = (settings.Text("repository"), settings.Text("environment"), settings.Text("organization"));
        var areVariables = settings.Flag("variables", defaultValue: false);
        if (organization is not null)
        {
            if ((repository ?? environment) is not null) settings.Fault("organization stands without repository and environment");
            return new GitHubScope(organization, Repository: null, Environment: null, areVariables);
        }
        repository ??= settings.Variable("GITHUB_REPOSITORY");
        if (repository?.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name]) return new GitHubScope(owner, name, environment, areVariables);
        if (repository is not null) settings.Fault("repository must be owner/name");
        return new GitHubScope("", "", environment, areVariables);
    }

    /// <summary>Whether repositories are named, so that the token must see what their numbers are.</summary>
    public bool SharesByName { get; init; }

    /// <summary>True when the settings say no place.</summary>
    public bool IsUnknown => Owner.Length == 0;

    /// <summary>True for an organisation, whose secrets say which repositories see them.</summary>
    public bool IsOrganization => Repository is null;

    /// <summary>The place below the address of the API, without a slash at the end.</summary>
    public string Path => (Repository, Environment) switch
    {
        (null, _) => $"orgs/{Escape(Owner)}/actions/{Noun}",
        (_, null) => $"repos/{Escape(Owner)}/{Escape(Repository)}/actions/{Noun}",
        _ => $"repos/{Escape(Owner)}/{Escape(Repository)}/environments/{Escape(Environment)}/{Noun}",
    };

    /// <summary><c>secrets</c> or <c>variables</c>.</summary>
    public string Noun => AreVariables ? "variables" : "secrets";

    /// <summary>What a token or app needs there, for people.</summary>
    public string NeededRight => $"the token needs the {(IsOrganization ? "organization" : "repository")} permission '{RightInWords}' (write) for {this}";

    /// <summary>The permission by its name in the API.</summary>
    public string Right => (IsOrganization, Environment, AreVariables) switch
    {
        (true, _, false) => "organization_secrets",
        (true, _, true) => "organization_actions_variables",
        (false, not null, _) => "environments",
        (false, null, false) => "secrets",
        (false, null, true) => "actions_variables",
    };

    private string RightInWords => Environment is not null ? "Environments" : AreVariables ? "Variables" : "Secrets";

    /// <summary>Asks for a token that can do this and no more.</summary>
    public void WriteWanted(Utf8JsonWriter writer)
    {
        if (Repository is not null)
        {
            writer.WriteStartArray("repositories");
            writer.WriteStringValue(Repository);
            writer.WriteEndArray();
        }
        // The permissions for variables are not among those that the description of this call names.
        if (AreVariables && Environment is null) return;
        writer.WriteStartObject("permissions");
        writer.WriteString(Right, "write");
        if (SharesByName) writer.WriteString("metadata", "read");
        writer.WriteEndObject();
    }

    /// <summary><c>acme/app</c>, <c>acme/app environment production</c>, <c>organization acme</c>.</summary>
    public override string ToString() => (Repository, Environment) switch
    {
        (null, _) => $"organization {Owner}",
        (_, null) => $"{Owner}/{Repository}",
        _ => $"{Owner}/{Repository} environment {Environment}",
    };

    private static string Escape(string? segment) => Uri.EscapeDataString(segment!);
}

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
