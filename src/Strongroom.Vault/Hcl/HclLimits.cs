namespace Strongroom.Vault.Hcl;

/// <summary>What a file of HCL or JSON may cost.</summary>
public static class HclLimits
{
    /// <summary>Characters of one file.</summary>
    public const int LengthMax = 1 << 20;

    /// <summary>Braces and brackets inside each other.</summary>
    public const int DepthMax = 32;

    /// <summary>Values and keys in one file.</summary>
    public const int NodesMax = 50_000;
}
