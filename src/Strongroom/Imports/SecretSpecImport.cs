using Strongroom.Formats;

namespace Strongroom.Imports;

/// <summary>Reads <c>secretspec.toml</c>: the default profile with the profile of the environment over it (https://secretspec.dev/reference/configuration). It holds no values but defaults.</summary>
internal static class SecretSpecImport
{
    private const string Default = "default";

    public static SecretImport Read(string text, string file, string? environment)
    {
        var gathering = new ImportGathering(file);
        if (gathering.Read(text, isToml: true) is not { } root) return gathering.Build();
        gathering.LeaveUnknown(root, "secretspec", "project", "profiles");
        foreach (var parent in root.Map("project").ItemsOf("extends"))
            if (parent is ScalarNode named) gathering.LeavePart(named.Place, "another file is extended", $"import it too: strongroom import {TextFaults.Shorten(named.Text)}/secretspec.toml");
        var (usual, own) = (root.Map("profiles").Map(Default), environment is null or Default ? null : root.Map("profiles").Map(environment));
        foreach (var other in root.EntriesOf("profiles"))
            if (other.Key != Default && other.Key != environment)
                gathering.LeavePart(other.Place, $"the profile {TextFaults.Shorten(other.Key)} may say other things", $"look at it too: strongroom import {Path.GetFileName(file)} -e {TextFaults.Shorten(other.Key)} --dry-run");
        // A profile changes single options of a secret and inherits the others.
        foreach (var entry in FnoxImport.Over(usual?.Entries ?? [], own?.Entries ?? []))
            if (entry.Node is MapNode map) ReadSecret(entry, map, usual.Map(entry.Key), own?.Entries.Contains(entry) == true, gathering);
        return gathering.Build();
    }

    private static void ReadSecret(MapEntry entry, MapNode map, MapNode? inherited, bool isOfProfile, ImportGathering gathering)
    {
        gathering.LeaveUnknown(map, entry.Key, "description", "required", "default");
        var declared = new ImportedSecret(entry.Key)
        {
            Description = map.Text("description") ?? inherited.Text("description"),
            IsRequired = (map.Flag("required") ?? inherited.Flag("required")) == false ? false : null,
        };
        if (map.Text("default") is { } own) gathering.AddDefault(entry.Place, declared, own, isOfProfile);
        else if (inherited.Text("default") is { } fallback) gathering.AddDefault(entry.Place, declared, fallback, isOfProfile: false);
        else gathering.Declare(entry.Place, declared);
    }
}
