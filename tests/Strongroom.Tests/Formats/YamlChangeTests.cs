using Shouldly;
using Strongroom.Formats;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class YamlChangeTests
{
    [Theory]
    [InlineData("", "values:\n  A:\n    f: V\n")]
    [InlineData("# nothing yet", "# nothing yet\nvalues:\n  A:\n    f: V\n")]
    [InlineData("values:\n", "values: {\"A\": {f: V}}\n")]
    [InlineData("values: null # none\n", "values: {\"A\": {f: V}} # none\n")]
    [InlineData("values: {}\n", "values: {\"A\": {f: V}}\n")]
    [InlineData("values: { B: 1 }\n", "values: { B: 1, \"A\": {f: V} }\n")]
    [InlineData("values:\n  B: 1 # first\n# end\n", "values:\n  B: 1 # first\n  A:\n    f: V\n# end\n")]
    [InlineData("values:\n    B: 1", "values:\n    B: 1\n    A:\n      f: V\n")]
    [InlineData("values:\n  A: old # why\n  B: 2\n", "values:\n  A: {f: V} # why\n  B: 2\n")]
    [InlineData("values:\n  A:\n    f:\n      ciphertext: abc # old\n  B: 2\n", "values:\n  A:\n    f: V # old\n  B: 2\n")]
    [InlineData("values:\n  A: {f: {ciphertext: abc}}\n", "values:\n  A: {f: V}\n")]
    [InlineData("values:\n  A: |\n    one\n    two\n  B: 2\n", "values:\n  A: {f: V}\n  B: 2\n")]
    [InlineData("values:\n  B: |+\n    one\n\n# end\n", "values:\n  B: |+\n    one\n\n  A:\n    f: V\n# end\n")]
    [InlineData("imports:\n  - base\nvalues:\n  B: 1\n\nother: x\n", "imports:\n  - base\nvalues:\n  B: 1\n  A:\n    f: V\n\nother: x\n")]
    [InlineData("imports:\n- base\n", "imports:\n- base\nvalues:\n  A:\n    f: V\n")]
    [InlineData("values:\r\n  B: 1\r\n", "values:\r\n  B: 1\r\n  A:\n    f: V\n")]
    [InlineData("values:\n  ключ: 1 # 🔑\n", "values:\n  ключ: 1 # 🔑\n  A:\n    f: V\n")]
    public void Set_changes_one_value_and_nothing_else(string text, string expected) =>
        YamlChange.Set(text, ["values", "A"], "f: ", "").Apply(text, "V").ShouldBe(expected);

    [Theory]
    [InlineData("values:\n  B: 1\n", "values:\n  B: 1\n  A:\n    x y:\n      f: V\n", "x y")]
    [InlineData("values:\n  A:\n    z: 1\n", "values:\n  A:\n    z: 1\n    yes:\n      f: V\n", "yes")]
    public void Set_makes_what_is_missing_on_the_way(string text, string expected, string name) =>
        YamlChange.Set(text, ["values", "A", name], "f: ", "").Apply(text, "V").ShouldBe(expected.Replace($"{name}:", $"\"{name}\":"));

    [Theory]
    [InlineData("values:\n  A:\n  - one\n")]
    [InlineData("values:\n  A: *b\n")]
    [InlineData("values: text\n")]
    [InlineData("- a list\n")]
    [InlineData("values: {A: [\n")]
    [InlineData("values:\n  A: 1\n---\nvalues:\n")]
    [InlineData("\tvalues: 1\n")]
    public void Set_refuses_what_it_cannot_change(string text) => Should.Throw<FormatException>(() => YamlChange.Set(text, ["values", "A"], "f: ", ""));

    [Theory]
    [InlineData("values:\n  A: 1\n  B: 2\n", "values:\n  B: 2\n")]
    [InlineData("values:\n  B: 2 # b\n  A:\n    f: 1\n# end\n", "values:\n  B: 2 # b\n# end\n")]
    [InlineData("values:\n  A: 1\n", "values:\n  {}\n")]
    [InlineData("values: {A: 1}\n", "values: {}\n")]
    [InlineData("values: {A: 1, B: 2}\n", "values: { B: 2}\n")]
    [InlineData("values: {B: 2, A: {f: 1}}\n", "values: {B: 2}\n")]
    [InlineData("values:\n  A: |\n    x\n  B: 2\n", "values:\n  B: 2\n")]
    public void Remove_takes_out_one_value_and_nothing_else(string text, string expected) =>
        YamlChange.Remove(text, ["values", "A"])!.Apply(text, "").ShouldBe(expected);

    [Fact]
    public void Remove_of_what_is_not_there_is_nothing()
    {
        YamlChange.Remove("values:\n  B: 1\n", ["values", "A"]).ShouldBeNull();
        YamlChange.Remove("", ["values", "A"]).ShouldBeNull();
        YamlChange.Remove("values:\n  B: 1\n", ["values", "B", "C"]).ShouldBeNull();
    }
}
