using System.Text;
using Shouldly;
using Strongroom.Formats;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class DotEnvEditorTests
{
    [Theory]
    [InlineData("", "A=new\n")]
    [InlineData("B=1", "B=1\nA=new\n")]
    [InlineData("B=1\r\n", "B=1\r\nA=new\r\n")]
    [InlineData("# keep\n  export A = 'old' # why\nB=2\n", "# keep\n  export A = new # why\nB=2\n")]
    [InlineData("A=\"two\nlines\"\nB=2", "A=new\nB=2")]
    [InlineData("A=\nB=2", "A=new\nB=2")]
    [InlineData("A=1\nA=2\n", "A=1\nA=new\n")]
    public void Set_changes_only_the_value(string before, string after)
    {
        using var value = SecretValue.FromText("new");
        using var edited = DotEnvEditor.Set(Encoding.UTF8.GetBytes(before), "A", value);
        Encoding.UTF8.GetString(edited.Written).ShouldBe(after);
    }

    [Theory]
    [InlineData("A=1\nB=2\n", "B=2\n")]
    [InlineData("# c\nB=2\nA='x\ny' # z\nC=3", "# c\nB=2\nC=3")]
    [InlineData("A=1\nB=2\nA=3", "B=2\n")]
    public void Remove_takes_every_assignment_of_the_name(string before, string after)
    {
        using var edited = DotEnvEditor.Remove(Encoding.UTF8.GetBytes(before), "A");
        Encoding.UTF8.GetString(edited!.Written).ShouldBe(after);
    }

    [Fact]
    public void Remove_of_a_missing_name_is_null() => DotEnvEditor.Remove("B=1"u8, "A").ShouldBeNull();

    [Fact]
    public void Set_refuses_a_bad_name()
    {
        using var value = SecretValue.FromText("new");
        Should.Throw<SecretException>(() => DotEnvEditor.Set([], "A B", value)).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }
}
