using Strongroom.FakeHost;
using Strongroom.Fakes;

// Starts fakes as a process of their own, for samples and transcripts: `fakehost aws gcp=8085`. It prints a line `name address` for each,
// and with TLS the certificate's file. Then it reads commands, a line each, and answers `ok`:
//   set aws NAME VALUE        puts a secret there
//   down aws                  every request fails with status 503
//   throttle aws              every request is told to slow down
//   up aws                    all is well again
// At the end of its input it stops. What did not fit the vendor's contract is printed, and the exit code is 1.

var fakes = new Dictionary<string, Hosted>();
foreach (var argument in args)
{
    var (name, port) = argument.Split('=') is [var left, var right] ? (left, int.Parse(right)) : (argument, 0);
    if (Hosted.Create(name) is not { } hosted)
    {
        Console.Error.WriteLine($"There is no fake of {name}.");
        return 2;
    }
    await hosted.Service.StartAsync(hosted.NeedsTls, port);
    fakes[name] = hosted;
    Console.WriteLine($"{name} {hosted.Service.Address}");
    if (hosted.Service.Certificate is not { } certificate) continue;
    var file = Path.Combine(Directory.CreateTempSubdirectory("fakehost-").FullName, name + ".pem");
    await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
    Console.WriteLine($"{name}-certificate {file}");
}
Console.WriteLine("ready");

while (await Console.In.ReadLineAsync() is { } line)
{
    var words = line.Split(' ', 4);
    if (words.Length < 2 || !fakes.TryGetValue(words[1], out var hosted) || !Obey(hosted, words)) Console.WriteLine($"what is '{line}'?");
    else Console.WriteLine("ok");
}

var exitCode = 0;
foreach (var hosted in fakes.Values)
{
    try
    {
        await hosted.Service.DisposeAsync();
    }
    catch (ContractViolationException e)
    {
        Console.Error.WriteLine(e.Message);
        exitCode = 1;
    }
}
return exitCode;

static bool Obey(Hosted hosted, string[] words)
{
    switch (words)
    {
        case ["set", _, var name, var value]:
            hosted.Set(name, value);
            return true;
        case ["down", _]:
            hosted.Service.Faults.Always(new Fault.Failing(503));
            return true;
        case ["throttle", _]:
            hosted.Service.Faults.Always(new Fault.Throttled(TimeSpan.FromSeconds(1)));
            return true;
        case ["up", _]:
            hosted.Service.Faults.Clear();
            return true;
        default:
            return false;
    }
}
