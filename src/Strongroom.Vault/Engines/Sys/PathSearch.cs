using System.Globalization;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// <c>sys/search</c>: finds secrets of KV version 2 by what stands in their name, the names of their fields, or their custom metadata.
/// Only what the caller may see: folders that he may list, fields of secrets that he may read. Values are never looked at. Ours; Vault
/// has none. Parameters: <c>query</c>, <c>mount</c>, <c>prefix</c>, <c>in</c> (<c>name,key,metadata</c>), <c>limit</c>, <c>after</c>.
/// </summary>
internal static class PathSearch
{
    /// <summary>The most results of one answer.</summary>
    private const int LimitMax = 1000;

    private const int LimitDefault = 100;

    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite && call.Request.Operation is not (VaultOperation.Read or VaultOperation.List)) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var limit = fields.Text("limit") is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= LimitMax ? number : throw RequestFields.Invalid($"limit is 1 to {LimitMax}")
            : LimitDefault;
        var places = fields.Names("in") ?? ["name", "key", "metadata"];
        if (Array.Exists(places, place => place is not ("name" or "key" or "metadata"))) throw RequestFields.Invalid("in is a list of: name, key, metadata");
        var search = new SecretSearch(call.Context.Caller.Acl, fields.Text("query") ?? "", places, limit, fields.Text("after") ?? "");
        var prefix = (fields.Text("prefix") ?? "").Trim('/');
        var wanted = fields.Text("mount") is { Length: > 0 } mount ? mount.Trim('/') + "/" : null;
        var mounts = call.System.Mounts.Table.All.ToArray();
        Array.Sort(mounts, static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        foreach (var one in mounts)
        {
            if (one.Engine is Kv.KvEngine engine && (wanted is null || string.Equals(wanted, one.Path, StringComparison.Ordinal)))
                await search.RunAsync(one.Path, engine, prefix.Length == 0 ? "" : prefix + "/", cancellationToken);
        }
        return VaultResponse.Ok(writer =>
        {
            writer.WriteStartArray("results"u8);
            foreach (var found in search.Found)
            {
                writer.WriteStartObject();
                writer.WriteString("mount"u8, found.Mount);
                writer.WriteString("path"u8, found.Path);
                writer.WriteStrings("matched", found.Matched);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            if (search.Next is { } next) writer.WriteString("next"u8, next);
            else writer.WriteNull("next"u8);
        });
    }
}
