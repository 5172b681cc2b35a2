using System.CommandLine;
using System.Security.Cryptography;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;
using Strongroom.Stores;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Writes one secret. The value is typed without echo, piped in, read from a file or generated; never an argument.</summary>
internal sealed class SetVerb : Verb
{
    private readonly Argument<string> _name = Names.Argument("Name of the secret; NAME#field writes one field of it.");
    private readonly Option<string> _store = CommonOptions.Store("Where to write it; by default the first store of its chain that can be written.");
    private readonly Option<string> _file = new("--from-file") { Description = "Take the value from a file.", HelpName = "file" };
    private readonly Option<bool> _raw = new("--raw") { Description = "Keep a final line break of the input." };
    private readonly Option<bool> _allowEmpty = new("--allow-empty") { Description = "Take an empty value for what it is." };
    private readonly Option<bool> _generate = new("--generate") { Description = "Make a random value." };
    private readonly Option<string> _policy = PasswordOptions.Policy();
    private readonly Option<int?> _length = PasswordOptions.Length();
    private readonly Option<string> _type = new Option<string>("--type")
    {
        Description = "Write a typed secret: api-key keeps the old key as previous_api_key; database and storage take a JSON object of their fields.",
        HelpName = "type",
    }.AcceptOnlyFromAmong(TypedWrite.Types);
    private readonly Option<bool> _append = new("--append") { Description = "Add the JSON that comes in to the list in NAME#field, so that no concurrent writer is lost." };
    private readonly Option<string> _cas = new("--cas") { Description = "Write only over this version; 0 only if there is none.", HelpName = "version" };
    private readonly Option<string> _description = new("--description") { Description = "What it is for.", HelpName = "text" };
    private readonly Option<string> _owner = new("--owner") { Description = "Who answers for it.", HelpName = "name" };
    private readonly Option<string[]> _tags = new("--tag") { Description = "A word to find it by; may be repeated.", HelpName = "word" };
    private readonly Option<bool> _yes = CommonOptions.Yes();
    private readonly Option<bool> _undeclared = new("--no-manifest") { Description = "Do not add it to strongroom.yaml." };

    public SetVerb() : base(
        VerbGroup.Secrets, "set", "Write a secret.",
        ("strongroom set OPENAI_API_KEY", "asks for the value without showing it"),
        ("pbpaste | strongroom set OPENAI_API_KEY -e production", "from a pipe; one final line break is dropped"),
        ("strongroom set SESSION_KEY --generate --length 48", "a random one that nobody has seen"),
        ("strongroom set TLS_KEY --from-file key.pem", "from a file"),
        ("strongroom set OPENROUTER_API_KEY --type api-key", "the key in place stays readable as previous_api_key"),
        ("echo '{\"user\":\"a\"}' | strongroom set ACCOUNTS#credentials --append", "one more in a list, atomically"))
    {
        Add(_name);
        foreach (var option in new Option[] { _store, _file, _raw, _allowEmpty, _generate, _policy, _length, _type, _append, _cas, _description, _owner, _tags, _undeclared, _yes }) Add(option);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        var (name, field) = Split(Names.RequireWithoutValue(invocation.Get(_name)));
        await using var session = invocation.OpenSession();
        var plan = session.Plan(invocation.Environment);
        var reference = Place(session, plan, name, invocation.Get(_store));
        if (field is not null) reference = reference with { Address = reference.Address with { Field = field } };
        var store = session.Store(reference.Store);

        Protection.BeforeChange(plan, invocation.Get(_yes), $"Set {name}");
        using var value = ReadValue(invocation, name, plan.Environment.Name);
        if (value.Length == 0 && !invocation.Get(_allowEmpty))
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, "the value is empty; nothing was changed", operation: "set", name: name,
                help: "see whether what should give it failed; --allow-empty writes an empty one");
        }
        SecretVersion? version;
        if (invocation.Get(_type) is { } type) version = await TypedWrite.RunAsync(session, reference, type, value, invocation.CancellationToken);
        else if (invocation.Get(_append)) version = await AppendAsync(session, reference, value, invocation);
        else version = await session.WriteAsync(
            store, reference.Address, new SecretWrite(value, invocation.Get(_cas) is { } cas ? SecretVersion.Parse(cas) : null), invocation.CancellationToken);

        if (store.Kind == Session.EmbeddedKind) await WriteMetadataAsync(session, reference, invocation);
        var declared = !invocation.Get(_undeclared) && ManifestFile.Declare(session, name, invocation.Get(_description));
        Report(invocation, name, reference, version, declared, plan.Environment.Name);
        return ExitCode.Success;
    }

    /// <summary>The store named, or the first on the way of the name that can be written.</summary>
    internal static SecretReference Place(Session session, Manifest.ManifestPlan plan, string name, string? store)
    {
        if (store is not null) return plan.ReferenceIn(store, name);
        var planned = plan.Find(name);
        foreach (var step in planned.Steps)
        {
            if (session.Store(step.Store).Can(BackendCapabilities.Write)) return step;
        }
        if (planned is { Steps.Count: 0, Template: not null })
        {
            throw new SecretException(
                SecretErrorKind.Unsupported, "is composed of others, and no store is asked for it; nothing was changed", operation: "set", name: name,
                help: "set its parts, or name stores to ask with from: in strongroom.yaml");
        }
        return plan.ReferenceIn(session.VaultStore().Name, name);
    }

    private static (string Name, string? Field) Split(string name)
    {
        var hash = name.IndexOf('#');
        return hash < 0 ? (name, null) : (name[..hash], name[(hash + 1)..]);
    }

    private SecretValue ReadValue(Invocation invocation, string name, string environment)
    {
        if (invocation.Get(_generate)) return PasswordOptions.Generate(invocation, _policy, _length, RandomNumberGenerator.Create());
        if (invocation.Get(_file) is { } file) return SecretInput.ReadFile(file, invocation.Get(_raw));
        if (Console.IsInputRedirected) return SecretInput.ReadStandardInput(invocation.Get(_raw));
        return SecretInput.Prompt($"{name} ({environment})");
    }

    private static async Task<int> AppendAsync(Session session, SecretReference reference, SecretValue element, Invocation invocation)
    {
        if (session.Store(reference.Store).Kind != Session.EmbeddedKind)
            throw new SecretException(SecretErrorKind.Unsupported, "cannot append atomically", reference.Store, help: "append works in the embedded vault");
        if (reference.Address.Field is not { } field)
            throw new SecretException(SecretErrorKind.InvalidInput, "needs a field to add to", operation: "append", name: reference.ToString(), help: "name it: NAME#credentials");
        var vault = await session.OpenVaultAsync(reference.Store, invocation.CancellationToken);
        return await vault.AppendAsync(reference.Address.Path, new SecretFields().SetJson(field, element), invocation.CancellationToken);
    }

    private async Task WriteMetadataAsync(Session session, SecretReference reference, Invocation invocation)
    {
        var custom = new Dictionary<string, string?>();
        if (invocation.Get(_type) is { } type) custom[SecretMetadata.TypeKey] = type;
        if (invocation.Get(_description) is { } description) custom[SecretMetadata.DescriptionKey] = description;
        if (invocation.Get(_owner) is { } owner) custom[SecretMetadata.OwnerKey] = owner;
        if (invocation.Get(_tags) is { Length: > 0 } tags) custom[SecretMetadata.TagsKey] = string.Join(',', tags);
        if (custom.Count == 0) return;
        var vault = await session.OpenVaultAsync(reference.Store, invocation.CancellationToken);
        await vault.WriteMetadataAsync(reference.Address.Path, custom, invocation.CancellationToken);
    }

    private static void Report(Invocation invocation, string name, SecretReference reference, SecretVersion? version, bool declared, string environment)
    {
        var ink = invocation.Screen.Err;
        var place = ink.Dim($"({reference.Store}{(version is { } n ? $", version {n}" : "")})");
        invocation.Answer($"set {name} in {environment} {place}{(declared ? ink.Dim("; added to strongroom.yaml") : "")}", json =>
        {
            json.WriteString("name", name);
            json.WriteString("reference", reference.ToString());
            JsonOutput.WriteVersion(json, version);
            json.WriteBoolean("declared", declared);
        });
    }
}
