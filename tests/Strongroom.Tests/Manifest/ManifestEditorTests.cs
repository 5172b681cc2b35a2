using Shouldly;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Manifest;

public sealed class ManifestEditorTests
{
    [Theory]
    [InlineData("version: 1\n", "version: 1\n\nsecrets:\n  NEW:\n")]
    [InlineData("version: 1\nsecrets:\n", "version: 1\nsecrets:\n  NEW:\n")]
    [InlineData("version: 1\nsecrets: {}\n", "version: 1\nsecrets:\n  NEW:\n")]
    [InlineData("secrets: # here\n    A:\n      type: x\n\n# end\nchain: []\n", "secrets: # here\n    A:\n      type: x\n    NEW:\n\n# end\nchain: []\n")]
    [InlineData("secrets:\n  A: # why\n  # about B\n  B:\n    tags:\n    - x\n", "secrets:\n  A: # why\n  # about B\n  B:\n    tags:\n    - x\n  NEW:\n")]
    [InlineData("secrets:\r\n  A:\r\n", "secrets:\r\n  A:\r\n  NEW:\r\n")]
    [InlineData("secrets:\n  NEW:\n    type: x", "secrets:\n  NEW:\n    type: x")]
    public void AddSecret_changes_nothing_else(string before, string after) => ManifestEditor.AddSecret(before, "NEW").ShouldBe(after);

    [Theory]
    [InlineData("version: 1\n", "version: 1\n\nsecrets:\n  A:\n  NEW:\n  B:\n")]
    [InlineData("secrets:\n    A:\n      type: x\n\n# end\nchain: []\n", "secrets:\n    A:\n      type: x\n    NEW:\n    B:\n\n# end\nchain: []\n")]
    [InlineData("secrets:\n  B: {type: x}\n  NEW:\n  A:\n", "secrets:\n  B: {type: x}\n  NEW:\n  A:\n")]
    public void AddSecrets_adds_what_is_not_there(string before, string after) => ManifestEditor.AddSecrets(before, ["A", "NEW", "B", "NEW"]).ShouldBe(after);

    [Fact]
    public void AddSecrets_of_flow_style_is_refused()
    {
        Should.Throw<SecretException>(() => ManifestEditor.AddSecrets("secrets: { A: }\n", ["NEW", "B"])).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        ManifestEditor.AddSecrets("secrets: { A: }\n", ["A"]).ShouldBe("secrets: { A: }\n");
    }

    [Fact]
    public void AddSecret_writes_type_and_description() =>
        ManifestEditor.AddSecret("secrets:\n", "NEW", "api-key", "key: \"main\"")
            .ShouldBe("secrets:\n  NEW:\n    type: api-key\n    description: \"key: \\\"main\\\"\"\n");

    [Theory]
    [InlineData("secrets:\n  A:\n    type: x\n  B:\n", "A", "secrets:\n  B:\n")]
    [InlineData("secrets:\n  A:\n  B:\n    description: >\n      long\n\n      text\n# end\n", "B", "secrets:\n  A:\n# end\n")]
    [InlineData("secrets:\n  A:\nchain: []\n", "A", "secrets:\nchain: []\n")]
    [InlineData("secrets:\n  A:\n", "NONE", "secrets:\n  A:\n")]
    [InlineData("version: 1\n", "A", "version: 1\n")]
    public void RemoveSecret_takes_the_whole_entry(string before, string name, string after) => ManifestEditor.RemoveSecret(before, name).ShouldBe(after);

    [Fact]
    public void Edit_of_flow_style_is_refused()
    {
        Should.Throw<SecretException>(() => ManifestEditor.AddSecret("secrets: { A: }\n", "NEW")).Message.ShouldEndWith("edit the file by hand");
        Should.Throw<SecretException>(() => ManifestEditor.RemoveSecret("secrets: { A: }\n", "A")).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public void AddSecret_refuses_a_bad_name() =>
        Should.Throw<SecretException>(() => ManifestEditor.AddSecret("", "a: b")).Kind.ShouldBe(SecretErrorKind.InvalidInput);

    [Fact]
    public void Template_reads_without_faults_and_takes_secrets()
    {
        var text = ManifestEditor.AddSecret(ManifestTemplate.Create("my \"app\""), "OPENAI_API_KEY", "api-key");
        var reading = ManifestReader.Read(text);
        reading.Faults.ShouldBeEmpty();
        reading.Manifest!.Application.ShouldBe("my \"app\"");
        ManifestPlan.Create(reading.Manifest).Find("OPENAI_API_KEY").Steps.Select(s => s.ToString())
            .ShouldBe(["shell://OPENAI_API_KEY", "vault://development/OPENAI_API_KEY"]);
    }
}
