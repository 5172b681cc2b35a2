using System.Text.Json.Nodes;
using Shouldly;

namespace Strongroom.Server.Tests.Wire;

/// <summary>Holds an answer of ours against one of a real Vault.</summary>
internal static class Recorded
{
    /// <summary>Each member of the recorded answer must be in ours with the same value. <c>*</c> stands for a value that is another each time.</summary>
    public static void Match(JsonNode? expected, JsonNode? actual, string at)
    {
        if (expected is JsonValue value && value.TryGetValue<string>(out var text) && text == "*")
        {
            actual.ShouldNotBeNull(at);
            actual.ToString().ShouldNotBeEmpty(at);
            return;
        }
        if (expected is not JsonObject members)
        {
            JsonNode.DeepEquals(expected, actual).ShouldBeTrue($"{at}: {actual?.ToJsonString() ?? "null"} in the place of {expected?.ToJsonString() ?? "null"}");
            return;
        }
        var found = actual.ShouldBeOfType<JsonObject>(at);
        foreach (var (name, member) in members)
        {
            found.ContainsKey(name).ShouldBeTrue($"{at}: {name} is missing");
            Match(member, found[name], $"{at}: {name}");
        }
    }
}
