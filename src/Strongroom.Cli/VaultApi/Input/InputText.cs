using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Input;

/// <summary>What comes from a file or from standard input.</summary>
internal static class InputText
{
    /// <summary>Most that is taken: what a server takes in one request.</summary>
    private const int LengthMax = 32 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Everything on standard input. The caller disposes it.</summary>
    public static SecretBuffer ReadStandardInput()
    {
        using var input = Console.OpenStandardInput();
        return ReadAll(input, "standard input");
    }

    /// <summary>A whole file. The caller disposes it.</summary>
    public static SecretBuffer ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return ReadAll(file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ApiCall.Invalid($"cannot read {path}: {(e is UnauthorizedAccessException ? "permission denied" : "no such file, or not a file")}");
        }
    }

    /// <summary>A file, or standard input for <c>-</c>.</summary>
    public static SecretBuffer Read(string pathOrHyphen) => pathOrHyphen == "-" ? ReadStandardInput() : ReadFile(pathOrHyphen);

    /// <summary>An argument that may be <c>@file</c>, <c>-</c>, or, with a backslash before them, just that text.</summary>
    public static SecretBuffer ReadValue(string argument) => argument switch
    {
        "-" => ReadStandardInput(),
        ['@', _, ..] => ReadFile(argument[1..]),
        ['\\', '@' or '-', ..] => Of(argument.AsSpan(1)),
        _ => Of(argument),
    };

    /// <summary>The bytes as text.</summary>
    public static string Text(ReadOnlySpan<byte> bytes, string source)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw ApiCall.Invalid($"{source} is not text", "store it as base64: key=\"$(base64 file)\"");
        }
    }

    private static SecretBuffer Of(ReadOnlySpan<char> text)
    {
        var buffer = new SecretBuffer(Encoding.UTF8.GetByteCount(text));
        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(Encoding.UTF8.GetByteCount(text))));
        return buffer;
    }

    private static SecretBuffer ReadAll(Stream stream, string source)
    {
        var buffer = new SecretBuffer(4096);
        while (true)
        {
            var count = stream.Read(buffer.GetSpan(4096));
            if (count == 0) return buffer;
            buffer.Advance(count);
            if (buffer.Length <= LengthMax) continue;
            buffer.Dispose();
            throw ApiCall.Invalid($"{source} is larger than 32 MiB, the most that a request can hold");
        }
    }
}
