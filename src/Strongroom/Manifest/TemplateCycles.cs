namespace Strongroom.Manifest;

/// <summary>Finds values that are composed of each other in a circle.</summary>
internal static class TemplateCycles
{
    /// <summary>Each circle once, as the names along it with the first again at the end.</summary>
    public static List<IReadOnlyList<string>> Find(IReadOnlyDictionary<string, ValueTemplate> templates)
    {
        var cycles = new List<IReadOnlyList<string>>();
        var done = new HashSet<string>();
        var path = new List<string>();
        foreach (var name in templates.Keys) Visit(name);
        return cycles;

        void Visit(string name)
        {
            if (path.IndexOf(name) is var start and >= 0)
            {
                cycles.Add([.. path[start..], name]);
                return;
            }
            if (!templates.TryGetValue(name, out var template) || done.Contains(name)) return;
            path.Add(name);
            foreach (var part in template.Parts)
                if (part.Name is { } used) Visit(used);
            path.RemoveAt(path.Count - 1);
            done.Add(name);
        }
    }
}
