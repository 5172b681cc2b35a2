using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Shouldly;
using Strongroom.Vault.Tokens;
using Xunit;

namespace Strongroom.Tests.Vault;

/// <summary>
/// Records that an older version stored lack the members that came later: those must read as their defaults, not as null. The generator
/// of the JSON code forgets the defaults of members that are <c>init</c>, so those with a default are <c>set</c>.
/// </summary>
public sealed class StoredRecordTests
{
    public static TheoryData<string> Types() => [.. Stored().Select(stored => stored.Type.FullName!).Distinct()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Read_record_without_later_members_gives_no_null(string name)
    {
        var info = Find(name);
        var record = JsonSerializer.Deserialize(Minimal(info).ToJsonString(), info)!;

        var nullability = new NullabilityInfoContext();
        foreach (var property in Settable(info).Where(p => !p.PropertyType.IsValueType))
        {
            if (nullability.Create(property).ReadState == NullabilityState.NotNull)
                property.GetValue(record).ShouldNotBeNull($"{info.Type.Name}.{property.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Read_record_gives_back_a_zero_that_is_not_the_default(string name)
    {
        var info = Find(name);
        var record = JsonSerializer.Deserialize(Minimal(info).ToJsonString(), info)!;
        var values = Settable(info).Where(p => p.PropertyType.IsValueType && p.GetCustomAttribute<RequiredMemberAttribute>() is null).ToList();
        foreach (var property in values) property.SetValue(record, Activator.CreateInstance(property.PropertyType));

        var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(record, info), info)!;

        foreach (var property in values) property.GetValue(read).ShouldBe(property.GetValue(record), $"{info.Type.Name}.{property.Name}");
    }

    private static IEnumerable<PropertyInfo> Settable(JsonTypeInfo info) =>
        info.Type.GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0 && p.GetCustomAttribute<JsonIgnoreAttribute>() is null);

    private static JsonTypeInfo Find(string name) => Stored().First(stored => stored.Type.FullName == name);

    /// <summary>Every record of ours that is stored, and those that are inside of others.</summary>
    private static IEnumerable<JsonTypeInfo> Stored()
    {
        foreach (var context in typeof(TokenEntry).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JsonSerializerContext))))
        {
            var made = (JsonSerializerContext)context.GetProperty("Default", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            foreach (var property in context.GetProperties().Where(p => p.PropertyType.IsGenericType && p.PropertyType.IsSubclassOf(typeof(JsonTypeInfo))))
            {
                var type = property.PropertyType.GetGenericArguments()[0];
                if (type.Assembly == typeof(TokenEntry).Assembly && made.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } info) yield return info;
            }
        }
    }

    private static JsonNode Minimal(JsonTypeInfo info)
    {
        var json = new JsonObject();
        foreach (var property in info.Properties.Where(p => p.IsRequired)) json[property.Name] = Sample(property.PropertyType, info.Options);
        return json;
    }

    private static JsonNode Sample(Type type, JsonSerializerOptions options) =>
        type == typeof(string) ? "x"
        : type == typeof(bool) ? false
        : type == typeof(Guid) ? Guid.Empty.ToString()
        : type == typeof(DateTime) || type == typeof(DateTimeOffset) ? "2026-01-01T00:00:00Z"
        : type == typeof(byte[]) ? ""
        : type.IsAssignableTo(typeof(System.Collections.IDictionary)) ? new JsonObject()
        : type.IsAssignableTo(typeof(System.Collections.IEnumerable)) ? new JsonArray()
        : type.IsPrimitive || type.IsEnum ? 1
        : Minimal(options.GetTypeInfo(type));
}
