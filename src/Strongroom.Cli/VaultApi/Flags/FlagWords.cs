using Strongroom.Client;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Flags;

/// <summary>
/// What was typed, divided into flags and arguments. Flags may stand before and after arguments, and end at <c>--</c>. A hyphen
/// alone is an argument: standard input.
/// </summary>
internal sealed class FlagWords
{
    private readonly List<(Flag Flag, string Value)> _flags = [];
    private readonly List<string> _arguments = [];

    private FlagWords()
    {
    }

    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>True when help was asked for.</summary>
    public bool WantsHelp { get; private set; }

    /// <summary>The value of a flag, the last one winning; null when it was not given.</summary>
    public string? Text(Flag flag)
    {
        for (var i = _flags.Count - 1; i >= 0; i--)
            if (ReferenceEquals(_flags[i].Flag, flag)) return _flags[i].Value;
        return null;
    }

    /// <summary>Whether a switch is on.</summary>
    public bool Switch(Flag flag) => SwitchOrNull(flag) == true;

    /// <summary>A switch, or null when it was not given.</summary>
    public bool? SwitchOrNull(Flag flag) => Text(flag) is { } text ? VaultEnvironment.ParseSwitch("-" + flag.Name, text) : null;

    /// <summary>All values of a flag in their order.</summary>
    public IReadOnlyList<string> All(Flag flag) => [.. _flags.Where(f => ReferenceEquals(f.Flag, flag)).Select(f => f.Value)];

    /// <summary>Divides the words.</summary>
    /// <exception cref="SecretException">InvalidInput for an unknown flag, or one without its value.</exception>
    public static FlagWords Parse(IReadOnlyList<Flag> flags, ReadOnlySpan<string> words)
    {
        var result = new FlagWords();
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                result._arguments.AddRange(words[(i + 1)..]);
                break;
            }
            if (word is not ['-', _, ..])
            {
                result._arguments.Add(word);
                continue;
            }
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? word : word[..equals]).TrimStart('-');
            if (name is "help" or "h")
            {
                result.WantsHelp = true;
                continue;
            }
            var flag = flags.FirstOrDefault(f => f.IsCalled(name)) ?? throw Unknown(name, flags);
            if (!flag.Repeats && result.Text(flag) is not null && !flag.IsSwitch) throw Fault($"-{name} may be given only once");
            if (equals >= 0) result._flags.Add((flag, word[(equals + 1)..]));
            else if (flag.IsSwitch) result._flags.Add((flag, "true"));
            else if (++i < words.Length) result._flags.Add((flag, words[i]));
            else throw Fault($"-{name} needs a value: -{name}={flag.Value}");
            if (flag.IsSwitch) result.Switch(flag);
        }
        return result;
    }

    private static SecretException Unknown(string name, IReadOnlyList<Flag> flags)
    {
        var near = NearestWord.Find(name, [.. flags.Select(f => f.Name)]);
        return Fault($"there is no flag -{name}{(near is null ? "" : $"; did you mean -{near}?")}");
    }

    private static SecretException Fault(string reason) => new(SecretErrorKind.InvalidInput, reason);
}
