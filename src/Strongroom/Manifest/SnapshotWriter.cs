using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>Writes every part of a manifest, in the order in which <see cref="SnapshotReader"/> reads them.</summary>
internal sealed class SnapshotWriter(BinaryWriter output)
{
    public void Write(ProjectManifest manifest)
    {
        output.Write7BitEncodedInt(manifest.Version);
        output.Write(manifest.Application);
        output.Write(manifest.DefaultEnvironment);
        output.Write7BitEncodedInt(manifest.Environments.Count);
        foreach (var environment in manifest.Environments) Write(environment);
        output.Write7BitEncodedInt(manifest.Stores.Count);
        foreach (var store in manifest.Stores) Write(store);
        WriteTexts(manifest.Chain);
        output.Write7BitEncodedInt(manifest.Secrets.Count);
        foreach (var secret in manifest.Secrets) Write(secret);
    }

    private void Write(EnvironmentDefinition environment)
    {
        output.Write(environment.Name);
        output.Write(environment.Path);
        WriteTexts(environment.Chain);
        output.Write(environment.IsProtected);
    }

    private void Write(StoreDefinition store)
    {
        output.Write(store.Name);
        output.Write(store.Kind);
        output.Write7BitEncodedInt((int)store.Naming);
        output.Write(store.Prefix);
        output.Write7BitEncodedInt(store.Settings.Count);
        foreach (var (key, text) in store.Settings)
        {
            output.Write(key);
            output.Write(text);
        }
    }

    private void Write(SecretDefinition secret)
    {
        output.Write(secret.Name);
        WriteText(secret.Description);
        output.Write(secret.IsRequired);
        WriteText(secret.Type);
        WriteText(secret.Default);
        WriteText(secret.Template);
        WriteTexts(secret.From);
        output.Write(secret.Path is not null);
        if (secret.Path is { } path) Write(path);
        output.Write7BitEncodedInt(secret.Paths.Count);
        foreach (var (store, address) in secret.Paths)
        {
            output.Write(store);
            Write(address);
        }
        output.Write7BitEncodedInt(secret.References.Count);
        foreach (var reference in secret.References)
        {
            output.Write(reference.Store);
            Write(reference.Address);
        }
        output.Write(secret.Rotation?.Ticks ?? 0);
        WriteText(secret.Probe);
        WriteText(secret.Owner);
        WriteTexts(secret.Tags);
        WriteText(secret.Setting);
    }

    private void Write(SecretAddress address)
    {
        output.Write(address.Path);
        WriteText(address.Field);
        WriteText(address.Version?.ToString());
    }

    private void WriteText(string? text)
    {
        output.Write(text is not null);
        if (text is not null) output.Write(text);
    }

    private void WriteTexts(IReadOnlyList<string>? texts)
    {
        output.Write7BitEncodedInt(texts is null ? 0 : texts.Count + 1);
        foreach (var text in texts ?? []) output.Write(text);
    }
}
