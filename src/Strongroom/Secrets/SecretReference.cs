namespace Strongroom.Secrets;

/// <summary>The full address of one secret value: <c>store://path#field?version=3</c>.</summary>
/// <param name="Store">Name of a configured store.</param>
/// <param name="Address">Where the value is inside it.</param>
public sealed record SecretReference(string Store, SecretAddress Address)
{
    /// <summary>The reference as it is written in a manifest.</summary>
    public override string ToString() => $"{Store}://{Address}";
}
