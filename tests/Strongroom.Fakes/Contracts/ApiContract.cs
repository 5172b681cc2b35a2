namespace Strongroom.Fakes.Contracts;

/// <summary>A vendor's own description of an API, as a judge of exchanges.</summary>
public abstract class ApiContract
{
    /// <summary>What the exchange breaks: sentences that name operation, place and rule; empty when it fits. Values are never repeated.</summary>
    public abstract IReadOnlyList<string> Violations(Exchange exchange);
}

/// <summary>A contract of several services that share one address: the first that knows the target judges.</summary>
/// <param name="parts">Each contract with the targets that are its own.</param>
public sealed class SplitContract(params IReadOnlyList<(Func<Exchange, bool> Owns, ApiContract Contract)> parts) : ApiContract
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Violations(Exchange exchange)
    {
        foreach (var (owns, contract) in parts)
            if (owns(exchange)) return contract.Violations(exchange);
        return [$"{exchange.Method} {exchange.Path}: no description covers it"];
    }
}

/// <summary>What no vendor describes: token endpoints, metadata servers. Takes everything.</summary>
public sealed class NoContract : ApiContract
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Violations(Exchange exchange) => [];
}
