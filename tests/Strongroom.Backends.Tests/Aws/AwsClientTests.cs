using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Strongroom.Backends.Tests.Aws;

/// <summary>The fake, as AWS's own client for Python takes it: by its signatures, its forms and its errors.</summary>
public sealed class AwsClientTests
{
    [Fact]
    public async Task Boto3_works_unchanged_against_the_fake()
    {
        // Debian's python3 is the one that has Debian's python3-boto3.
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python) && (await RunAsync(Python, "", "-c", "import boto3")).Code == 0, "python3-boto3 is not installed: apt-get install python3-boto3");
        await using var fake = await AwsPlace.StartAsync();

        var (code, output) = await RunAsync(Python, fake.Address.AbsoluteUri, "-W", "ignore", Path.Combine(RepositoryFolder(), "tests", "clients", "boto3", "suite.py"));

        code.ShouldBe(0, output);
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string address, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["FAKE_AWS"] = address;
        start.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private static string RepositoryFolder()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Strongroom.slnx"))) return folder;
        throw new DirectoryNotFoundException("Strongroom.slnx");
    }
}
