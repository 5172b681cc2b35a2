using Strongroom.Cli.Commands;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Run;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi;

if (args.Length > 0 && args[0] is "run" or "get") WarmUp.Begin();
var screen = Screen.OfProcess();
if (ShortWay.ParseRun(args) is { } run)
    return await Failures.ReportAsync(() => RunCommand.ExecuteAsync(run, screen, CancellationToken.None), screen, json: false, _ => ExitCode.RunFailed);
if (ShortWay.ParseGet(args) is { } get)
    return await Failures.ReportAsync(() => GetCommand.ExecuteAsync(get, screen, CancellationToken.None), screen, get.Json, ExitCode.For);
if (!ApiDispatch.IsCalledVault()) args = CommandLine.WithoutHelpWord(args);
if (ApiDispatch.NameFor(args) is { } name) return await ApiProgram.InvokeAsync(name, args, screen);
return await CommandLine.InvokeAsync(args, screen);
