using Shouldly;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Manifest;

public sealed class ManifestLoaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("strongroom-manifest-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_below_the_manifest_finds_it()
    {
        Write(ManifestFiles.Name, ManifestReaderTests.Full);
        var below = Directory.CreateDirectory(Path.Combine(_folder, "src", "deep")).FullName;
        var manifest = ManifestLoader.Load(below, _ => null)!;
        manifest.Directory.ShouldBe(_folder);
        manifest.Application.ShouldBe("agentds");
    }

    [Fact]
    public void Load_without_manifest_is_null() => ManifestLoader.Load(_folder, _ => null).ShouldBeNull();

    [Fact]
    public void Load_with_variables_puts_them_over_the_files()
    {
        Write(ManifestFiles.Name, ManifestReaderTests.Full);
        var manifest = Load(("STRONGROOM_ENVIRONMENT", "production"), ("STRONGROOM_CHAIN", "local, vault"));
        var plan = ManifestPlan.Create(manifest);
        plan.Environment.Name.ShouldBe("production");
        plan.Chain.ShouldBe(["local", "vault"]);
    }

    [Theory]
    [InlineData("STRONGROOM_ENVIRONMENT", "prodction", "did you mean 'production'?")]
    [InlineData("STRONGROOM_CHAIN", "vault,nowhere", "which the manifest does not have")]
    [InlineData("STRONGROOM_PROJECT", "elsewhere", "names a folder without strongroom.yaml")]
    public void Load_with_a_bad_variable_names_it(string variable, string value, string words)
    {
        Write(ManifestFiles.Name, ManifestReaderTests.Full);
        var error = Should.Throw<SecretException>(() => Load((variable, value)));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain(variable);
        error.Message.ShouldContain(words);
    }

    [Fact]
    public void Load_reports_all_faults_in_one_message()
    {
        Write(ManifestFiles.Name, "version: 1\nstorse:\nchian:\n");
        var error = Should.Throw<SecretException>(() => Load());
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain("has 2 faults:\n  strongroom.yaml:2:1: ");
        error.Message.ShouldContain("\n  strongroom.yaml:3:1: ");
    }

    [Fact]
    public void Load_twice_answers_from_the_snapshot_until_a_file_changes()
    {
        Directory.CreateDirectory(Path.Combine(_folder, ManifestFiles.FolderName));
        Write(ManifestFiles.Name, "version: 1\napplication: one");
        Load().Application.ShouldBe("one");
        var cache = Path.Combine(_folder, ManifestFiles.FolderName, "manifest.cache");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(cache).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var written = File.ReadAllBytes(cache);
        Load().Application.ShouldBe("one");
        File.ReadAllBytes(cache).ShouldBe(written);

        Write(ManifestFiles.LocalName, "application: two");
        Load().Application.ShouldBe("two");
        File.Delete(Path.Combine(_folder, ManifestFiles.LocalName));
        Load().Application.ShouldBe("one");
        Directory.GetFiles(Path.Combine(_folder, ManifestFiles.FolderName)).ShouldBe([cache]);
    }

    [Fact]
    public void Load_with_a_damaged_snapshot_parses_and_writes_it_anew()
    {
        var cache = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, ManifestFiles.FolderName)).FullName, "manifest.cache");
        Write(ManifestFiles.Name, ManifestReaderTests.Full);
        Load();
        var sound = File.ReadAllBytes(cache);
        File.WriteAllBytes(cache, sound[..^1]);
        Load().Application.ShouldBe("agentds");
        File.ReadAllBytes(cache).ShouldBe(sound);
    }

    [Fact]
    public void Load_without_the_folder_of_the_vault_keeps_no_snapshot()
    {
        Write(ManifestFiles.Name, ManifestReaderTests.Full);
        Load();
        Directory.GetFileSystemEntries(_folder).ShouldHaveSingleItem();
    }

    [Fact]
    public void Load_of_a_file_that_is_no_text_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, ManifestFiles.Name), [0xFF, 0xFE, 0]);
        Should.Throw<SecretException>(() => Load()).Message.ShouldContain("not UTF-8");
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private ProjectManifest Load(params (string Name, string Value)[] variables) =>
        ManifestLoader.Load(_folder, name => variables.FirstOrDefault(v => v.Name == name).Value)!;
}
