using System.Text;

namespace Strongroom.Backends.Kubernetes;

/// <summary>What Kubernetes takes as a name, and a Role for names.</summary>
internal static class KubernetesName
{
    private const int LengthMax = 253;

    /// <summary>True for the name of an object: an RFC 1123 subdomain.</summary>
    public static bool IsObject(string name)
    {
        if (name.Length is 0 or > LengthMax) return false;
        foreach (var part in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan(part);
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-') return false;
            foreach (var c in label)
                if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        }
        return true;
    }

    /// <summary>True for a key inside an object.</summary>
    public static bool IsKey(string key)
    {
        if (key.Length is 0 or > LengthMax || key is "." or ".." || key.StartsWith("..", StringComparison.Ordinal)) return false;
        foreach (var c in key)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        return true;
    }

    /// <summary>A Role that permits these objects and no others, with a binding to fill in.</summary>
    public static string Role(string nameSpace, IReadOnlyCollection<string> names, bool writes)
    {
        var text = new StringBuilder();
        text.Append($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata:
              name: strongroom
              namespace: {{nameSpace}}
            rules:
              - apiGroups: [""]
                resources: [secrets]
                resourceNames: [{{string.Join(", ", names)}}]
                verbs: [{{(writes ? "get, list, watch, patch, delete" : "get, list, watch")}}]

            """);
        if (writes)
        {
            text.Append("""
                  # To create, no name can be named.
                  - apiGroups: [""]
                    resources: [secrets]
                    verbs: [create]

                """);
        }
        return text.Append($$"""
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata:
              name: strongroom
              namespace: {{nameSpace}}
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: Role
              name: strongroom
            subjects:
              - kind: ServiceAccount
                name: strongroom
                namespace: {{nameSpace}}

            """).ToString();
    }
}
