using System.Text.Json.Nodes;

namespace Strongroom.Fakes.Contracts;

/// <summary>A description in Swagger 2.0 or OpenAPI 3.0, JSON or YAML.</summary>
public sealed class OpenApiContract : ApiContract
{
    private readonly OperationJudge _judge;

    /// <summary>Reads a file of <see cref="Specs"/>.</summary>
    public OpenApiContract(string file, OpenApiOptions? options = null)
        : this(Specs.Read(file), options ?? new OpenApiOptions())
    {
    }

    /// <summary>Judges by a document in hand.</summary>
    public OpenApiContract(JsonObject document, OpenApiOptions options)
    {
        var basePath = options.BasePath ?? (string?)document["basePath"]
            ?? (document["servers"] is JsonArray { Count: > 0 } servers ? new Uri((string)servers[0]!["url"]!).AbsolutePath : "");
        _judge = new OperationJudge(document, OpenApiReader.Operations(document, options.NeedsAuthorization), options, basePath.TrimEnd('/'));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Violations(Exchange exchange) => _judge.Violations(exchange);
}
