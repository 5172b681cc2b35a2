using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Backends.Kubernetes.Access;

/// <summary>
/// A program that gives out credentials for a cluster. It is started without a shell and without a terminal, gets a minute, and what it
/// says besides the credential is not repeated: it may quote one. Source: kubernetes.io/docs/reference/access-authn-authz/authentication,
/// client-go credential plugins.
/// </summary>
/// <param name="ApiVersion">The version of the protocol that the configuration names.</param>
/// <param name="Command">Path or name of the program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Variables">Variables that it gets besides those of this process.</param>
/// <param name="InstallHint">What the configuration says when the program is not there.</param>
internal sealed record ExecPlugin(
    string ApiVersion, string Command, IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Variables, string? InstallHint)
{
    private const int OutputMax = 1 << 20;
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(1);

    /// <summary>Runs it.</summary>
    /// <exception cref="SecretException">InvalidInput when it is not there, Denied when it gives nothing, Malformed when that is no credential.</exception>
    public async ValueTask<ExecCredential> RunAsync(IReadOnlyDictionary<string, string> environment, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(TimeMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var process = new Process { StartInfo = StartInfo(environment) };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, $"the credential plugin {Command} cannot be started", help: InstallHint is { Length: > 0 } hint ? TextFaults.Shorten(hint) : "install it, or correct its command in the kubeconfig");
        }
        try
        {
            process.StandardInput.Close();
            var chatter = process.StandardError.BaseStream.CopyToAsync(Stream.Null, either.Token);
            using var output = await ReadAsync(process.StandardOutput.BaseStream, either.Token);
            await process.WaitForExitAsync(either.Token);
            await chatter;
            if (process.ExitCode != 0)
                throw new SecretException(SecretErrorKind.Denied, $"the credential plugin {Command} ended with code {process.ExitCode}", help: "run it by hand to see what it says");
            return Read(output);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new SecretException(SecretErrorKind.Unreachable, $"the credential plugin {Command} gave no answer in {TimeMax.TotalSeconds:0} s");
        }
        finally
        {
            Stop(process);
        }
    }

    private ProcessStartInfo StartInfo(IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Command)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        foreach (var argument in Arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = $$$"""{"apiVersion":"{{{ApiVersion}}}","kind":"ExecCredential","spec":{"interactive":false}}""";
        return start;
    }

    private async ValueTask<SecretBuffer> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var output = new SecretBuffer(4096);
        try
        {
            while (true)
            {
                var count = await stream.ReadAsync(output.GetMemory(1024), cancellationToken);
                if (count == 0) return output;
                output.Advance(count);
                if (output.Length > OutputMax) throw new SecretException(SecretErrorKind.Malformed, $"the credential plugin {Command} says more than {OutputMax} bytes");
            }
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    private ExecCredential Read(SecretBuffer output)
    {
        try
        {
            using var json = JsonDocument.Parse(output.WrittenMemory);
            var status = json.RootElement.Member("status");
            var token = status.SecretOf("token");
            var certificate = status.TextOf("clientCertificateData");
            if (token is null && certificate is null) throw new SecretException(SecretErrorKind.Denied, $"the credential plugin {Command} gives no credential");
            return new ExecCredential(
                token, certificate is null ? null : KubeConfig.ToCertificate(certificate, status.TextOf("clientKeyData") ?? ""), status.TimeOf("expirationTimestamp"));
        }
        catch (JsonException)
        {
            throw new SecretException(SecretErrorKind.Malformed, $"the credential plugin {Command} says something that is no ExecCredential");
        }
    }

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in between, or cannot be ended; either way there is nothing more to do here.
        }
    }
}

/// <summary>What a plugin gave: a token, a certificate, or both.</summary>
/// <param name="Token">The token.</param>
/// <param name="Certificate">The certificate with its key.</param>
/// <param name="ExpiresAt">When it ends; null when that is not known.</param>
internal sealed record ExecCredential(SecretValue? Token, System.Security.Cryptography.X509Certificates.X509Certificate2? Certificate, DateTimeOffset? ExpiresAt);
