using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>A verb that only gathers others: <c>audit verify</c>, <c>audit show</c>.</summary>
internal sealed class VerbFamily : Verb
{
    public VerbFamily(VerbGroup group, string name, string description, params Verb[] members) : base(group, name, description)
    {
        Members = members;
        foreach (var member in members) Add(member);
    }

    public IReadOnlyList<Verb> Members { get; }

    protected override Task<int> RunAsync(Invocation invocation) => throw new SecretException(
        SecretErrorKind.InvalidInput, $"{Name} needs a command: {string.Join(", ", Members.Select(m => m.Name))}", help: $"see strongroom {Name} --help");
}
