using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Identity;

/// <summary>A wish to make entities part of another one.</summary>
/// <param name="To">The entity that stays.</param>
/// <param name="From">The entities that end; each once.</param>
/// <param name="Kept">Which alias stays where both have one of the same mount.</param>
internal sealed record EntityMerge(string To, IReadOnlyList<string> From, IReadOnlyList<string> Kept)
{
    private const string Clashing =
        "toEntity and at least one fromEntity have aliases with the same mount accessor, repeat the merge request specifying exactly one fromEntity, clashes: ";

    /// <summary>
    /// The entity that it makes: with the aliases of all, and with the name, metadata and policies that it had. Throws InvalidInput where two
    /// aliases are of one mount and it is not said which one stays.
    /// </summary>
    public EntityRecord Of(EntityRecord to, IReadOnlyList<EntityRecord> from)
    {
        var aliases = new List<AliasRecord>(to.Aliases);
        var merged = new List<string>(to.MergedEntityIds);
        var clashes = new List<string>();
        foreach (var entity in from)
        {
            foreach (var alias in entity.Aliases)
            {
                if (aliases.Find(known => IdentityStore.IsAt(known, alias.MountAccessor)) is { } clash)
                {
                    if (Kept.Contains(clash.Id, StringComparer.Ordinal)) continue;
                    if (!Kept.Contains(alias.Id, StringComparer.Ordinal))
                    {
                        clashes.Add($"mountAccessor: {alias.MountAccessor}, toEntity ID: {to.Id}, fromEntity ID: {entity.Id}, conflicting toEntity alias ID: {clash.Id}, conflicting fromEntity alias ID: {alias.Id}");
                        continue;
                    }
                    aliases.Remove(clash);
                }
                aliases.Add(alias with { MergedFrom = [.. alias.MergedFrom, entity.Id] });
            }
            merged.AddRange(entity.MergedEntityIds);
            merged.Add(entity.Id);
        }
        return clashes.Count == 0 ? to with { Aliases = [.. aliases], MergedEntityIds = [.. merged] } : throw Clash(clashes);
    }

    /// <summary>In the words and lines of Vault.</summary>
    private static SecretException Clash(List<string> clashes)
    {
        var text = new StringBuilder($"{clashes.Count + 1} errors occurred:\n\t* {Clashing}\n");
        foreach (var clash in clashes) text.Append("\t* ").Append(clash).Append('\n');
        return RequestFields.Invalid(text.Append('\n').ToString());
    }
}
