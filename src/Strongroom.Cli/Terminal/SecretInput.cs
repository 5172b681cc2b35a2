using System.Security.Cryptography;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Cli.Terminal;

/// <summary>How a value comes in: typed without echo, or through standard input. Never as an argument, where `ps` shows it.</summary>
internal static class SecretInput
{
    /// <summary>True when a person can be asked.</summary>
    public static bool CanPrompt => !Console.IsInputRedirected && Processes.Libc.isatty(2) == 1;

    /// <summary>Reads all of standard input; one final line break is not part of the value unless <paramref name="raw"/> is set.</summary>
    public static SecretValue ReadStandardInput(bool raw)
    {
        using var input = Console.OpenStandardInput();
        return ReadAll(input, raw, "standard input");
    }

    /// <summary>Reads a file the same way.</summary>
    public static SecretValue ReadFile(string path, bool raw)
    {
        using var file = Open(path);
        return ReadAll(file, raw, path);
    }

    /// <summary>Reads a whole text that holds many values: a file, or standard input for <c>-</c>.</summary>
    public static SecretBuffer ReadText(string source)
    {
        using var input = source == "-" ? Console.OpenStandardInput() : Open(source);
        var text = new SecretBuffer(input.CanSeek ? (int)Math.Min(input.Length + 1, DotEnvParser.LengthMax + 1) : 4096);
        int read;
        while ((read = input.Read(text.GetSpan(1))) > 0)
        {
            text.Advance(read);
            if (text.Length <= DotEnvParser.LengthMax) continue;
            text.Dispose();
            throw new SecretException(SecretErrorKind.InvalidInput, $"{(source == "-" ? "standard input" : source)} is larger than {DotEnvParser.LengthMax >> 20} MiB");
        }
        return text;
    }

    /// <summary>Asks on the terminal without echo. Ctrl-C and Ctrl-D give up; an empty line is an empty value.</summary>
    /// <exception cref="SecretException">InvalidInput when there is no terminal to ask on.</exception>
    public static SecretValue Prompt(string label)
    {
        if (!CanPrompt)
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, $"no terminal to ask for {label}", help: "pipe it in: printf %s \"$VALUE\" | strongroom …");
        }
        return HiddenLine.Ask($"{label}: ");
    }

    /// <summary>Asks twice until both agree.</summary>
    public static SecretValue PromptTwice(string label)
    {
        while (true)
        {
            var first = Prompt(label);
            using var second = Prompt("again");
            if (first.Equals(second)) return first;
            first.Dispose();
            Console.Error.WriteLine("The two differ; once more.");
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = Directory.Exists(path) ? "it is a folder" : e is UnauthorizedAccessException ? "permission denied" : "no such file";
            throw new SecretException(SecretErrorKind.InvalidInput, $"cannot read {path}: {why}", inner: e);
        }
    }

    private static SecretValue ReadAll(Stream input, bool raw, string source)
    {
        var buffer = new byte[SecretValue.LengthMax + 2];
        try
        {
            var length = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (!raw && length > 0 && buffer[length - 1] == '\n') length -= length > 1 && buffer[length - 2] == '\r' ? 2 : 1;
            if (length > SecretValue.LengthMax)
            {
                throw new SecretException(SecretErrorKind.InvalidInput, $"{source} is larger than 1 MiB, the most a secret can hold");
            }
            return SecretValue.FromBytes(buffer.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
