using FsCheck;
using FsCheck.Fluent;
using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Tests.Manifest;

/// <summary>Any manifest that the model can hold.</summary>
internal static class ManifestGenerators
{
    private static readonly Gen<string> Text = Gen.Elements("", "a", "production", "ünï 🔑", "x\ny", new string('z', 300));
    private static readonly Gen<string?> MaybeText = Gen.OneOf(Gen.Constant<string?>(null), Text.Select(t => (string?)t));
    private static readonly Gen<bool> Flag = Gen.Elements(true, false);
    private static readonly Gen<IReadOnlyList<string>> Texts = Text.ListOf().Select(l => (IReadOnlyList<string>)[.. l]);
    private static readonly Gen<IReadOnlyList<string>?> MaybeTexts = Gen.OneOf(Gen.Constant<IReadOnlyList<string>?>(null), Texts.Select(t => (IReadOnlyList<string>?)t));

    private static readonly Gen<SecretAddress> Address =
        from path in Text
        from field in MaybeText
        from version in Gen.Choose(0, 500)
        select new SecretAddress(path, field, version == 0 ? null : version);

    private static readonly Gen<EnvironmentDefinition> Environment =
        from name in Text
        from path in Text
        from chain in MaybeTexts
        from isProtected in Flag
        select new EnvironmentDefinition(name, path, chain, isProtected);

    private static readonly Gen<StoreDefinition> Store =
        from name in Text
        from kind in Text
        from naming in Gen.Elements(Enum.GetValues<SecretNaming>())
        from prefix in Text
        from settings in Text.ListOf()
        select new StoreDefinition
        {
            Name = name,
            Kind = kind,
            Naming = naming,
            Prefix = prefix,
            Settings = settings.Distinct().ToDictionary(s => s, s => s + "!"),
        };

    private static readonly Gen<SecretDefinition> Secret =
        from texts in MaybeText.ArrayOf(7)
        from flag in Flag
        from lists in MaybeTexts.Two()
        from path in Gen.OneOf(Gen.Constant<SecretAddress?>(null), Address.Select(a => (SecretAddress?)a))
        from addresses in Address.ListOf()
        from days in Gen.Choose(0, 400)
        select new SecretDefinition
        {
            Name = texts[0] ?? "N",
            Description = texts[1],
            Type = texts[2],
            Default = texts[3],
            Template = texts[4],
            Probe = texts[5],
            Owner = texts[6],
            IsRequired = flag,
            From = lists.Item1,
            Tags = lists.Item2 ?? [],
            Path = path,
            Paths = addresses.Select((address, i) => (address, i)).ToDictionary(pair => $"s{pair.i}", pair => pair.address),
            References = [.. addresses.Select(a => new SecretReference("vault", a))],
            Rotation = days == 0 ? null : TimeSpan.FromDays(days),
        };

    public static Arbitrary<ProjectManifest> Manifests { get; } = (
        from application in Text
        from environment in Text
        from environments in Environment.ListOf()
        from stores in Store.ListOf()
        from chain in Texts
        from secrets in Secret.ListOf()
        select new ProjectManifest
        {
            Application = application,
            DefaultEnvironment = environment,
            Environments = [.. environments],
            Stores = [.. stores],
            Chain = chain,
            Secrets = [.. secrets],
        }).ToArbitrary();
}
