using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>What an OpenAPI description leaves open about the service that it describes.</summary>
public sealed record OpenApiOptions
{
    /// <summary>What stands before every path; the description's own <c>basePath</c> or server when null.</summary>
    public string? BasePath { get; init; }

    /// <summary>Path parameters that span several segments, with their slashes unescaped.</summary>
    public IReadOnlyList<string> MultiSegment { get; init; } = [];

    /// <summary>The only values of some path parameters, as the mounts of a Vault; they may hold slashes.</summary>
    public IReadOnlyDictionary<string, string[]> PathValues { get; init; } = new Dictionary<string, string[]>();

    /// <summary>The member of a JSON answer that the description describes, when it leaves out what stands around it.</summary>
    public string? Envelope { get; init; }

    /// <summary>Starts of paths whose answers have no envelope.</summary>
    public IReadOnlyList<string> Bare { get; init; } = [];

    /// <summary>The form of failures that the description does not list.</summary>
    public JsonNode? ErrorSchema { get; init; }

    /// <summary>Whether a body of JSON may go under any content type, or none.</summary>
    public bool TakesAnyContentType { get; init; }

    /// <summary>Whether answers may hold members and bodies that the description does not name.</summary>
    public bool AnswersMayHaveMore { get; init; }

    /// <summary>Whether success without <c>Authorization</c> is a fault, also where the description does not say.</summary>
    public bool NeedsAuthorization { get; init; }

    /// <summary>Says the same request in the words of the description, where the service takes others too, as PUT for POST.</summary>
    public Func<Exchange, Exchange> Canonical { get; init; } = exchange => exchange;
}
