using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strongroom.Cli.Processes;
using Strongroom.Secrets;

namespace Strongroom.Cli.Terminal;

/// <summary>
/// One line from the terminal that nobody sees. The echo is off from before the question until after the answer, also between
/// two characters of something pasted, and the line may be longer than the 4095 bytes at which a terminal's own lines end.
/// </summary>
internal static unsafe class HiddenLine
{
    // From Linux's asm-generic/termbits.h: four 32-bit words of flags, the line discipline, then the control characters.
    private const int TermiosSize = 128;
    private const int LocalFlags = 12;
    private const int ControlCharacters = 17;
    private const int MinimumIndex = 6;
    private const int TimeIndex = 5;
    private const uint Isig = 1;
    private const uint Icanon = 2;
    private const uint Echo = 8;
    private const int FlushInput = 2;

    /// <summary>What is pasted comes faster than this, what is typed does not.</summary>
    private const int PastedWithinMilliseconds = 50;

    private const byte ControlC = 3;
    private const byte ControlD = 4;
    private const byte ControlH = 8;
    private const byte ControlU = 21;
    private const byte Delete = 127;

    /// <summary>Asks and reads. An empty line is an empty value.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C, or Ctrl-D, or the terminal is gone.</exception>
    public static SecretValue Ask(string question)
    {
        var before = stackalloc byte[TermiosSize];
        var hidden = stackalloc byte[TermiosSize];
        if (Libc.tcgetattr(0, before) != 0) throw new OperationCanceledException();
        new ReadOnlySpan<byte>(before, TermiosSize).CopyTo(new Span<byte>(hidden, TermiosSize));
        *(uint*)(hidden + LocalFlags) &= ~(Isig | Icanon | Echo);
        hidden[ControlCharacters + MinimumIndex] = 1;
        hidden[ControlCharacters + TimeIndex] = 0;
        _ = Libc.tcsetattr(0, FlushInput, hidden);
        Console.Error.Write(question);
        var line = new byte[SecretValue.LengthMax];
        try
        {
            return SecretValue.FromBytes(line.AsSpan(0, Read(line)));
        }
        finally
        {
            _ = Libc.tcsetattr(0, FlushInput, before);
            Console.Error.WriteLine();
            CryptographicOperations.ZeroMemory(line);
        }
    }

    /// <summary>A key pasted with several lines would be cut off after its first one, and nobody would see it.</summary>
    private static void RequireNoMore(FileStream input)
    {
        var isMore = false;
        while (Libc.CanRead(0, PastedWithinMilliseconds) && input.ReadByte() is var next and >= 0) isMore |= next is not ('\n' or '\r' or ' ');
        if (isMore)
            throw new SecretException(SecretErrorKind.InvalidInput, "what was pasted has several lines, and a prompt takes one; nothing was changed", help: "use --from-file FILE, or a pipe");
    }

    private static int Read(Span<byte> line)
    {
        var length = 0;
        // The console's own stream would read whole lines and echo them itself.
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        while (true)
        {
            switch (input.ReadByte())
            {
                case -1 or ControlC or ControlD:
                    throw new OperationCanceledException();
                case '\n' or '\r':
                    RequireNoMore(input);
                    return length;
                case ControlU:
                    length = 0;
                    break;
                case Delete or ControlH:
                    // A character of UTF-8 goes as a whole.
                    while (length > 0 && (line[--length] & 0xC0) == 0x80) { }
                    break;
                case var typed when length < line.Length:
                    line[length++] = (byte)typed;
                    break;
                default:
                    throw new SecretException(SecretErrorKind.InvalidInput, "what was typed is larger than 1 MiB, the most a secret can hold");
            }
        }
    }
}
