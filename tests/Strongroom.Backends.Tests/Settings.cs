namespace Strongroom.Backends.Tests;

/// <summary>Settings and variables of a store, for tests.</summary>
public static class Settings
{
    public static BackendSettings Of((string Key, string Value)[] values, (string Key, string Value)[]? variables = null, TimeProvider? time = null, string directory = "/", TransportFactory? transport = null) =>
        new("store", values.ToDictionary(v => v.Key, v => v.Value), directory, (variables ?? []).ToDictionary(v => v.Key, v => v.Value), time ?? TimeProvider.System, transport);
}
