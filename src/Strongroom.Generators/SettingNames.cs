namespace Strongroom.Generators;

/// <summary>Finds settings that cannot be properties of the classes that they would come to stand in.</summary>
internal static class SettingNames
{
    /// <summary>What every class has already.</summary>
    private static readonly string[] Inherited = ["Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString"];

    /// <summary>The class that a group becomes.</summary>
    public static string ClassOf(string group) => group + "Settings";

    public static void Check(IReadOnlyList<SettingModel> settings, string className, List<(int Line, int Column, string Text)> faults) =>
        Check(settings, depth: 0, [className, "Read"], faults);

    private static void Check(IEnumerable<SettingModel> settings, int depth, string[] taken, List<(int, int, string)> faults)
    {
        var groups = settings.GroupBy(s => s.Path[depth], StringComparer.OrdinalIgnoreCase).ToList();
        var classes = groups.Where(g => g.Any(s => s.Path.Length > depth + 1)).ToDictionary(g => ClassOf(g.Key), g => g.First().Name, StringComparer.OrdinalIgnoreCase);
        foreach (var group in groups)
        {
            var first = group.First();
            var place = string.Join(".", first.Path.Take(depth + 1));
            if (group.FirstOrDefault(s => s.Path.Length == depth + 1) is { } value && group.FirstOrDefault(s => s != value) is { } other)
            {
                var late = group.Last();
                faults.Add((late.Line, late.Column, other.Path.Length == depth + 1
                    ? $"{value.Name} and {other.Name} would both be the setting {place}; give one of them another setting"
                    : $"{value.Name} would be the setting {place}, and {other.Name} one below it; give one of them another setting"));
                continue;
            }
            if (taken.Concat(Inherited).Contains(group.Key, StringComparer.Ordinal) || classes.ContainsKey(group.Key))
                faults.Add((first.Line, first.Column, $"{first.Name} cannot be the setting {place}, a name that the class has already; give it another setting"));
            else if (first.Path.Length > depth + 1)
                Check(group, depth + 1, [ClassOf(group.Key)], faults);
        }
    }
}
