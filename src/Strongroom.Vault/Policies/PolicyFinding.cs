namespace Strongroom.Vault.Policies;

/// <summary>Something in a policy that most likely does not mean what its author thinks.</summary>
/// <param name="Code">What kind of thing, in one word for machines: <c>kv2-path</c>. All are in <see cref="PolicyLint.Codes"/>.</param>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Line">Line in its text.</param>
/// <param name="Column">Column in its text.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Suggestion">What to write instead.</param>
public sealed record PolicyFinding(string Code, string Policy, int Line, int Column, string Message, string Suggestion)
{
    /// <summary><c>app:3:6: kv2-path: …; write …</c></summary>
    public override string ToString() => $"{Policy}:{Line}:{Column}: {Code}: {Message}; {Suggestion}";
}

/// <summary>A mount that policies may speak of.</summary>
/// <param name="Path">Its path: <c>secret/</c>.</param>
/// <param name="IsKvV2">True for a KV engine of version 2, whose paths have <c>data/</c> and <c>metadata/</c> in them.</param>
public sealed record LintMount(string Path, bool IsKvV2);
