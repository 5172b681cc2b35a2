using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>A name and its value, as one line of an exchange format holds them.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; whoever received the entry disposes it.</param>
public sealed record SecretEntry(string Name, SecretValue Value);
