using System.CommandLine;
using Strongroom.Cli.Framework;

namespace Strongroom.Cli.Commands;

/// <summary>Prints a script that completes commands, options and the names of secrets.</summary>
internal sealed class CompletionVerb : Verb
{
    private readonly Argument<string> _shell = new("shell") { Description = "bash, zsh or fish." };

    public CompletionVerb() : base(
        VerbGroup.Look, "completion", "Print a script for your shell that completes commands and names.",
        ("eval \"$(strongroom completion bash)\"", "put this line into ~/.bashrc"),
        ("eval \"$(strongroom completion zsh)\"", "put this line into ~/.zshrc"),
        ("strongroom completion fish > ~/.config/fish/completions/strongroom.fish", "for fish"))
    {
        Add(_shell.AcceptOnlyFromAmong("bash", "zsh", "fish"));
    }

    protected override Task<int> RunAsync(Invocation invocation)
    {
        var shell = invocation.Get(_shell);
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json =>
            {
                json.WriteString("shell", shell);
                json.WriteString("script", Script(shell));
            });
        }
        else
        {
            invocation.Screen.Line(Script(shell));
        }
        return Task.FromResult(ExitCode.Success);
    }

    /// <summary>Each asks for suggestions with the line as it is, and leaves files, and the program after <c>--</c>, to the shell.</summary>
    private static string Script(string shell) => shell switch
    {
        "bash" => """
            _strongroom() {
                local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
                if [[ "${COMP_WORDS[COMP_CWORD-1]}" == -- ]]; then
                    COMPREPLY=($(compgen -c -- "$word"))
                else
                    COMPREPLY=($(compgen -W "$(strongroom "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
                fi
            }
            complete -o default -F _strongroom strongroom
            """,
        "zsh" => """
            _strongroom() {
                local line="${(j: :)words[1,CURRENT]}" program="${words[(i)--]}"
                local -a found
                if (( program < CURRENT )); then
                    words=("${(@)words[program + 1,-1]}")
                    (( CURRENT -= program ))
                    _normal
                    return
                fi
                found=(${(f)"$(strongroom "[suggest:${#line}]" "$line" 2>/dev/null)"})
                if (( $#found )); then compadd -a found; else _files; fi
            }
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
            compdef _strongroom strongroom
            """,
        _ => """
            function __strongroom_suggest
                set -l line (commandline -cp)
                strongroom "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            function __strongroom_is_program
                contains -- -- (commandline -opc)
            end
            function __strongroom_takes_files
                __fish_seen_subcommand_from import audit || __fish_prev_arg_in -o --output --from-file --project -C
            end
            complete -c strongroom -f -n 'not __strongroom_is_program; and not __strongroom_takes_files'
            complete -c strongroom -n 'not __strongroom_is_program' -a '(__strongroom_suggest)'
            complete -c strongroom -n __strongroom_is_program -a '(__fish_complete_subcommand --fcs-skip=3)'
            """,
    };
}
