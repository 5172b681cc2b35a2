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

    /// <summary>The parser answers completions itself, to the directive [suggest:position].</summary>
    private static string Script(string shell) => shell switch
    {
        "bash" => """
            _strongroom() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(strongroom "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _strongroom strongroom
            """,
        "zsh" => """
            _strongroom() {
                local -a found
                found=("${(@f)$(strongroom "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -a found
            }
            compdef _strongroom strongroom
            """,
        _ => """
            complete -f -c strongroom -a '(strongroom "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
            """,
    };
}
