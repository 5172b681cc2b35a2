using Shouldly;
using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class FormatFaultsTests
{
    [Fact]
    public void Fault_in_many_places_is_summed_up_and_told_in_full_to_programs()
    {
        var secrets = string.Concat(Enumerable.Range(0, 50).Select(i => $"  NAME_{i}:\n    typ: token\n"));
        var error = FormatFaults.ToException(ManifestReader.Read($"version: 1\nchian: []\nsecrets:\n{secrets}").Faults, "strongroom.yaml");

        error.Headline.ShouldBe("""
            strongroom.yaml has 51 faults:
              strongroom.yaml:2:1: unknown key in the manifest 'chian'; did you mean 'chain'?
              strongroom.yaml:5:5: unknown key in a secret 'typ'; did you mean 'type'?
                also at 7:5, 9:5, 11:5 and 46 more places
            """);
        error.Message.Split('\n').Length.ShouldBe(52);
        error.Message.ShouldEndWith("\n  strongroom.yaml:103:5: unknown key in a secret 'typ'; did you mean 'type'?");
        error.Locate("store", "read", null).Headline.ShouldStartWith("store: read: strongroom.yaml has 51 faults:\n  strongroom.yaml:2:1:");
    }

    [Theory]
    [InlineData(3, "f has 3 faults:\n  1:1: x\n  2:1: x\n  3:1: x")]
    [InlineData(4, "f has 4 faults:\n  1:1: x\n    also at 2:1, 3:1, 4:1")]
    [InlineData(5, "f has 5 faults:\n  1:1: x\n    also at 2:1, 3:1, 4:1 and 1 more place")]
    public void Few_places_are_told_one_by_one(int places, string headline) =>
        FormatFaults.ToException([.. Enumerable.Range(1, places).Select(line => new TextFault("", line, 1, "x"))], "f").Headline.ShouldBe(headline);

    [Fact]
    public void Faults_that_differ_are_not_summed_up()
    {
        var error = FormatFaults.ToException([.. Enumerable.Range(1, 9).Select(line => new TextFault("", line, 1, $"{line}"))], "f");

        error.Summary.ShouldBeNull();
        error.Headline.ShouldBe(error.Message);
    }

    [Fact]
    public void Headline_leaves_out_the_help() =>
        new SecretException(SecretErrorKind.Denied, "is denied", "aws", "read", "NAME", "ask somebody").Headline.ShouldBe("aws: read NAME: is denied");
}
