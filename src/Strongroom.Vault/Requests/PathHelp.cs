using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Engines.Sys;
using Strongroom.Vault.Mounts;

namespace Strongroom.Vault.Requests;

/// <summary>What a path is for, as <c>?help=1</c> answers it (https://developer.hashicorp.com/vault/api-docs#help).</summary>
internal static class PathHelp
{
    /// <summary>Help about a mount, or about one of its paths. Throws NotFound for a path that no endpoint is about.</summary>
    public static VaultResponse Of(Mount mount, VaultRequest request)
    {
        var path = request.Path[mount.Path.Length..].TrimEnd('/');
        IReadOnlyList<EngineRoute> routes = path.Length == 0 ? mount.Engine.Routes : [Find(mount, path) ?? throw NoRoute(request)];
        var text = path.Length == 0 ? OfMount(mount) : OfRoute(routes[0], path);
        var response = VaultResponse.Ok(writer =>
        {
            writer.WriteString("help"u8, text);
            writer.WriteNull("see_also"u8);
            writer.WritePropertyName("openapi"u8);
            new OpenApiDocument(genericMountPaths: false, context: "").Write(writer, [(mount, routes)]);
        });
        response.BareContentType = "application/json";
        return response;
    }

    private static EngineRoute? Find(Mount mount, string path)
    {
        EngineRoute? best = null;
        var bestRank = -1;
        foreach (var route in mount.Engine.Routes)
        {
            var rank = route.RankOf(path);
            if (rank > bestRank) (best, bestRank) = (route, rank);
        }
        return best;
    }

    private static string OfMount(Mount mount)
    {
        var text = new StringBuilder("## DESCRIPTION\n\n").Append(mount.Engine.Help).Append("\n\n## PATHS\n\n");
        text.Append("The following paths are supported by this backend. To view help for\nany of the paths below, use the help command with any route matching\nthe path pattern.\n");
        foreach (var route in mount.Engine.Routes) text.Append($"\n    {route.Path}\n        {route.Text}\n");
        return text.ToString();
    }

    private static string OfRoute(EngineRoute route, string path) =>
        $"Request:        {path}\nMatching Route: {route.Path}\n\n{route.Text}\n\n## OPERATIONS\n\n    {route.Operations.ToString().ToLowerInvariant()}\n";

    private static SecretException NoRoute(VaultRequest request) =>
        new(SecretErrorKind.NotFound, $"no handler for route '{request.Path.TrimEnd('/')}'", operation: request.OperationName, name: request.Path);
}
