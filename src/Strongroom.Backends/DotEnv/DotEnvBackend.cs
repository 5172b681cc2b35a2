using Strongroom.Files;
using Strongroom.Formats;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.DotEnv;

/// <summary>
/// A <c>.env</c> file. The path of an address is the name of the variable; of a name assigned twice the last one counts. Writing
/// keeps comments, order and everything else, replaces the file whole and leaves it readable by its owner only.
/// </summary>
/// <remarks>Two processes that write at the same time can lose one of the two changes: a <c>.env</c> file has no lock.</remarks>
public sealed class DotEnvBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "dotenv";

    /// <summary>The longest file that is read: 4 MiB.</summary>
    public const int FileBytesMax = 4 * 1024 * 1024;

    private readonly Lock _writing = new();
    private readonly string _file;
    private readonly string _example;
    private readonly DotEnvOptions _options;

    /// <summary>Reads and writes <paramref name="file"/>, which may come into being later.</summary>
    /// <param name="file">Absolute path of the file.</param>
    /// <param name="example">Absolute path of the file that names the expected variables.</param>
    /// <param name="interpolates">Whether <c>${NAME}</c> inside a value is replaced.</param>
    /// <param name="variables">Where names that the file does not assign are looked up when it interpolates.</param>
    public DotEnvBackend(
        string file, string example, bool interpolates = false, IReadOnlyDictionary<string, string>? variables = null)
    {
        _file = file;
        _example = example;
        _options = new DotEnvOptions
        {
            File = Path.GetFileName(file),
            Interpolate = interpolates,
            Variables = variables is null
                ? null
                : name => variables.TryGetValue(name, out var text) ? SecretValue.FromText(text) : null,
        };
    }

    /// <summary>Settings: <c>path</c> (.env), <c>example</c> (the path with .example behind it), <c>interpolate</c> (false).</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var file = settings.FullPath("path", ".env");
        var example = settings.FullPath("example", file + ".example");
        var interpolates = settings.Flag("interpolate", defaultValue: false);
        settings.ThrowOnFaults();
        return new DotEnvBackend(file, example, interpolates, settings.Environment);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete;

    /// <inheritdoc/>
    public override bool IsLocal => true;

    /// <inheritdoc/>
    public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var outcome = ReadMany([address])[0];
        return outcome.Secret is { } secret ? new(secret) : throw outcome.Error!;
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(ReadMany(addresses));
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(List(prefix));
    }

    /// <inheritdoc/>
    public override ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            var target = TargetOfLink();
            using var text = PrivateFile.Read(target, FileBytesMax);
            using var edited = DotEnvEditor.Set(text is null ? default : text.Written, address.Path, write.Value);
            if (edited.Length > FileBytesMax)
                throw new SecretException(SecretErrorKind.InvalidInput, $"would make the file longer than {FileBytesMax} bytes");
            PrivateFile.Replace(target, edited.Written);
        }
        return new(new WriteReceipt(Version: null));
    }

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            var target = TargetOfLink();
            using var text = PrivateFile.Read(target, FileBytesMax) ?? throw NotAssigned();
            using var edited = DotEnvEditor.Remove(text.Written, address.Path) ?? throw NotAssigned();
            PrivateFile.Replace(target, edited.Written);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<string> ProbeAsync(CancellationToken cancellationToken) => new(Inspect().ToString());

    /// <summary>Compares the file with its example and tells what a person should look at, without values.</summary>
    /// <exception cref="SecretException">When a file cannot be read.</exception>
    public DotEnvReport Inspect()
    {
        using var document = Load(_file);
        using var example = Load(_example);
        var present = NamesOf(document, "");
        var expected = NamesOf(example, "");
        return new DotEnvReport(
            File.Exists(_file), present, expected, Without(expected, present), example is null ? [] : Without(present, expected),
            document?.Duplicates ?? [], document?.Faults ?? [], File.Exists(_file) && PrivateFile.IsOpenToOthers(_file));
    }

    private static SecretException NotAssigned() => new(SecretErrorKind.NotFound, "is not assigned");

    private ReadOutcome[] ReadMany(IReadOnlyList<SecretAddress> addresses)
    {
        using var document = Load(_file);
        var outcomes = new ReadOutcome[addresses.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Find(document, addresses[i]);
        return outcomes;
    }

    private List<string> List(string prefix)
    {
        using var document = Load(_file);
        return NamesOf(document, prefix);
    }

    private static ReadOutcome Find(DotEnvDocument? document, SecretAddress address)
    {
        if (document?.Find(address.Path) is { } assignment)
            return new ReadOutcome(address, new StoredSecret(assignment.Value.Copy()), Error: null);
        // A line that cannot be read may be the one that assigns it, so nobody knows that it is not there.
        return document is { Faults.Count: > 0 }
            ? new ReadOutcome(address, Secret: null, new SecretException(
                SecretErrorKind.Malformed, $"is not in the lines that can be read; {document.Faults[0]}"))
            : new ReadOutcome(address, Secret: null, NotAssigned());
    }

    private static List<string> NamesOf(DotEnvDocument? document, string prefix)
    {
        var names = new List<string>();
        if (document is null) return names;
        foreach (var assignment in document.Assignments)
            if (PathPrefix.Covers(prefix, assignment.Name) && !names.Contains(assignment.Name)) names.Add(assignment.Name);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static List<string> Without(List<string> names, List<string> others)
    {
        var rest = new List<string>();
        foreach (var name in names)
            if (!others.Contains(name)) rest.Add(name);
        return rest;
    }

    private DotEnvDocument? Load(string file)
    {
        using var text = PrivateFile.Read(file, FileBytesMax);
        return text is null ? null : DotEnvParser.Parse(text.Written, _options with { File = Path.GetFileName(file) });
    }

    /// <summary>A <c>.env</c> that is a link stays one; the file behind it is replaced.</summary>
    private string TargetOfLink() =>
        new FileInfo(_file).LinkTarget is null ? _file : File.ResolveLinkTarget(_file, returnFinalTarget: true)?.FullName ?? _file;
}
