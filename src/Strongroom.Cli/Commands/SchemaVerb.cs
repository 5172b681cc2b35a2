using Strongroom.Cli.Framework;
using Strongroom.Manifest;

namespace Strongroom.Cli.Commands;

/// <summary>Prints the JSON schema of the manifest, for editors.</summary>
internal sealed class SchemaVerb : Verb
{
    public SchemaVerb() : base(
        VerbGroup.Look, "schema", "Print the JSON schema of strongroom.yaml for your editor.",
        ("strongroom schema > .strongroom.schema.json", "then: # yaml-language-server: $schema=.strongroom.schema.json"))
    {
    }

    protected override Task<int> RunAsync(Invocation invocation)
    {
        using var schema = ManifestSchema.Open();
        schema.CopyTo(invocation.Screen.Output);
        return Task.FromResult(ExitCode.Success);
    }
}
