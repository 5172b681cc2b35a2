using System.Diagnostics;
using System.Xml.Linq;

namespace Strongroom.Extensions.Tests;

/// <summary>
/// A program outside of the repository that has nothing of Strongroom but the packages. Its package folder is its own, so that no earlier
/// build of the same version is taken; what others made comes from the machine's folder, where the restore of the repository put it, and
/// nothing is asked of a network.
/// </summary>
internal sealed class PackageProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("strongroom-packages-").FullName;

    public PackageProgram()
    {
        Write("App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Strongroom.Extensions" Version="{Version}" />
                <PackageReference Include="Strongroom.Generators" Version="{Version}" PrivateAssets="all" />
                <PackageReference Include="Strongroom.Npgsql" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        Write("Program.cs", """
            using App;
            using Microsoft.Extensions.Options;
            using Strongroom.Extensions;
            using Strongroom.Npgsql;

            var builder = WebApplication.CreateBuilder(args);
            builder.AddStrongroom(options => options.UseDiskCache = false);
            builder.Services.AddStrongroomSettings<AppSecrets>();
            await using var program = builder.Build();
            var settings = program.Services.GetRequiredService<IOptionsMonitor<AppSecrets>>().CurrentValue;
            Console.WriteLine($"{settings.Llm.OpenAiApiKey} {settings.LogLevel} {typeof(RotatingNpgsqlDataSource).Name}");
            """);
        Write("strongroom.yaml", """
            version: 1
            stores:
              file: dotenv
            chain: [file]
            secrets:
              OPENAI_API_KEY: {setting: Llm.OpenAiApiKey}
              LOG_LEVEL: {default: info}
            """);
        Write(".env", "OPENAI_API_KEY=sk-from-a-package\n");
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="strongroom" value="{Feed}" />
              </packageSources>
              <fallbackPackageFolders>
                <clear />
                <add key="machine" value="{MachineFolder()}" />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>The root of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The folder with the packages.</summary>
    public static string Feed
    {
        get
        {
            var folder = Path.Combine(Repository, "dist", "packages");
            return Directory.Exists(folder) ? folder : throw new InvalidOperationException("dist/packages is missing: run ./build first");
        }
    }

    /// <summary>The one version, as the repository says it.</summary>
    public static string Version { get; } = XDocument.Load(Path.Combine(Repository, "Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>The packages that the program took from the feed, and not from what the machine had.</summary>
    public IEnumerable<string> Restored => Directory.EnumerateDirectories(PackageFolder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    private string PackageFolder => Path.Combine(_folder, "packages");

    /// <summary>Runs <c>dotnet</c> in the program's folder, and returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed; with all that it said.</exception>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(System.Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("STRONGROOM_", StringComparison.Ordinal) || n.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["NUGET_PACKAGES"] = PackageFolder;
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config");
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == 0) return await output;
        throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await error}");
    }

    /// <summary>The names of the files that go to where the program is to run, once it is built.</summary>
    public async Task<IReadOnlyList<string?>> PublishedAsync()
    {
        var folder = Path.Combine(_folder, "published");
        await RunAsync("publish", "App.csproj", "-o", folder, "--nologo", "-v", "q", "-nodeReuse:false", "-p:UseSharedCompilation=false");
        return [.. Directory.EnumerateFiles(folder).Select(Path.GetFileName)];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private static string MachineFolder() => System.Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string FindRepository()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, "Strongroom.slnx"))) return at;
        throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
