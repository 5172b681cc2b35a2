using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote.</summary>
internal sealed class SnapshotReader(BinaryReader input)
{
    public ProjectManifest Read() => new()
    {
        Version = input.Read7BitEncodedInt(),
        Application = input.ReadString(),
        DefaultEnvironment = input.ReadString(),
        Environments = ReadEnvironments(),
        Stores = ReadStores(),
        Chain = ReadTexts() ?? [],
        Secrets = ReadSecrets(),
    };

    private EnvironmentDefinition[] ReadEnvironments()
    {
        var environments = new EnvironmentDefinition[ReadCount()];
        for (var i = 0; i < environments.Length; i++)
            environments[i] = new EnvironmentDefinition(input.ReadString(), input.ReadString(), ReadTexts(), input.ReadBoolean());
        return environments;
    }

    private StoreDefinition[] ReadStores()
    {
        var stores = new StoreDefinition[ReadCount()];
        for (var i = 0; i < stores.Length; i++)
        {
            stores[i] = new StoreDefinition
            {
                Name = input.ReadString(),
                Kind = input.ReadString(),
                Naming = (SecretNaming)input.Read7BitEncodedInt(),
                Prefix = input.ReadString(),
                Settings = ReadSettings(),
            };
        }
        return stores;
    }

    private Dictionary<string, string> ReadSettings()
    {
        var count = ReadCount();
        var settings = new Dictionary<string, string>(count);
        for (var i = 0; i < count; i++) settings.Add(input.ReadString(), input.ReadString());
        return settings;
    }

    private SecretDefinition[] ReadSecrets()
    {
        var secrets = new SecretDefinition[ReadCount()];
        for (var i = 0; i < secrets.Length; i++) secrets[i] = ReadSecret();
        return secrets;
    }

    private SecretDefinition ReadSecret() => new()
    {
        Name = input.ReadString(),
        Description = ReadText(),
        IsRequired = input.ReadBoolean(),
        Type = ReadText(),
        Default = ReadText(),
        Template = ReadText(),
        From = ReadTexts(),
        Path = input.ReadBoolean() ? ReadAddress() : null,
        Paths = ReadPaths(),
        References = ReadReferences(),
        Rotation = input.ReadInt64() is var ticks and > 0 ? new TimeSpan(ticks) : null,
        Probe = ReadText(),
        Owner = ReadText(),
        Tags = ReadTexts() ?? [],
        Setting = ReadText(),
    };

    private Dictionary<string, SecretAddress> ReadPaths()
    {
        var count = ReadCount();
        var paths = new Dictionary<string, SecretAddress>(count);
        for (var i = 0; i < count; i++) paths.Add(input.ReadString(), ReadAddress());
        return paths;
    }

    private SecretReference[] ReadReferences()
    {
        var references = new SecretReference[ReadCount()];
        for (var i = 0; i < references.Length; i++) references[i] = new SecretReference(input.ReadString(), ReadAddress());
        return references;
    }

    private SecretAddress ReadAddress() =>
        new(input.ReadString(), ReadText(), ReadText() is { } version ? SecretVersion.Parse(version) : null);

    private string? ReadText() => input.ReadBoolean() ? input.ReadString() : null;

    private string[]? ReadTexts()
    {
        var count = input.Read7BitEncodedInt();
        if (count == 0) return null;
        var texts = new string[Bounded(count - 1)];
        for (var i = 0; i < texts.Length; i++) texts[i] = input.ReadString();
        return texts;
    }

    private int ReadCount() => Bounded(input.Read7BitEncodedInt());

    /// <summary>Every item takes a byte at least, so more items than bytes left is damage and allocates nothing.</summary>
    private int Bounded(int count) =>
        count >= 0 && count <= input.BaseStream.Length - input.BaseStream.Position
            ? count
            : throw new InvalidDataException();
}
