namespace Strongroom.Cli.Run;

/// <summary>
/// Recognises ordinary calls of <c>run</c> and <c>get</c> without the command-line library, which costs more to start than the
/// rest of the work. Anything it does not know, it leaves to the full parser: a null is never an error.
/// </summary>
internal static class ShortWay
{
    public static RunOptions? ParseRun(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length < 2 || arguments[0] != "run") return null;
        List<string> environments = [], only = [], except = [];
        string? project = null;
        bool clean = false, mask = false, watch = false, offline = false, quiet = false;
        var reader = new Reader(arguments[1..]);
        while (reader.Next() is { } option)
        {
            switch (option)
            {
                case "--":
                    if (reader.Rest.Length == 0) return null;
                    return new RunOptions
                    {
                        Command = reader.Rest.ToArray(),
                        Environments = environments,
                        Project = project,
                        Only = only,
                        Except = except,
                        Clean = clean,
                        Mask = mask,
                        Watch = watch,
                        Offline = offline,
                        Quiet = quiet,
                    };
                case "-e" or "--env":
                    if (!reader.Value(environments)) return null;
                    break;
                case "--only":
                    if (!reader.Value(only)) return null;
                    break;
                case "--except":
                    if (!reader.Value(except)) return null;
                    break;
                case "-C" or "--project":
                    if (project is not null || (project = reader.Value()) is null) return null;
                    break;
                case "--clean": clean = true; break;
                case "--mask": mask = true; break;
                case "--watch": watch = true; break;
                case "--offline": offline = true; break;
                case "-q" or "--quiet": quiet = true; break;
                default: return null;
            }
        }
        return null;
    }

    public static GetOptions? ParseGet(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length < 2 || arguments[0] != "get") return null;
        string? name = null, environment = null, project = null;
        bool reveal = false, noNewline = false, json = false, quiet = false, noCache = false;
        var reader = new Reader(arguments[1..]);
        while (reader.Next() is { } word)
        {
            switch (word)
            {
                case "-e" or "--env":
                    if (environment is not null || (environment = reader.Value()) is null) return null;
                    break;
                case "-C" or "--project":
                    if (project is not null || (project = reader.Value()) is null) return null;
                    break;
                case "--reveal": reveal = true; break;
                case "-n" or "--no-newline": noNewline = true; break;
                case "--no-cache": noCache = true; break;
                case "--json": json = true; break;
                case "-q" or "--quiet": quiet = true; break;
                default:
                    if (name is not null || word.Length == 0 || word[0] == '-') return null;
                    name = word;
                    break;
            }
        }
        return name is null ? null : new GetOptions
        {
            Name = name,
            Environment = environment,
            Project = project,
            Reveal = reveal,
            NoNewline = noNewline,
            NoCache = noCache,
            Json = json,
            Quiet = quiet,
        };
    }

    /// <summary>Walks over the words; a value is the next word and never looks like an option.</summary>
    private ref struct Reader(ReadOnlySpan<string> words)
    {
        public ReadOnlySpan<string> Rest { get; private set; } = words;

        public string? Next()
        {
            if (Rest.IsEmpty) return null;
            var word = Rest[0];
            Rest = Rest[1..];
            return word;
        }

        public string? Value() => Rest.IsEmpty || Rest[0].Length == 0 || Rest[0][0] == '-' ? null : Next();

        public bool Value(List<string> into)
        {
            if (Value() is not { } value) return false;
            into.Add(value);
            return true;
        }
    }
}
