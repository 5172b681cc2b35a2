using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>Answers for programs: one JSON document on standard output, written by hand so that nothing is serialised by accident.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Screen screen, Action<Utf8JsonWriter> write)
    {
        using (var writer = new Utf8JsonWriter(screen.Output, Options)) write(writer);
        screen.Bytes("\n"u8);
    }

    /// <summary>One object; <paramref name="fields"/> writes what is in it.</summary>
    public static void WriteObject(Screen screen, Action<Utf8JsonWriter> fields) => Write(screen, json =>
    {
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
    });

    /// <summary>The list <c>secrets</c>: each with its name and what became of it, <c>created</c>, <c>replaced</c> and so on.</summary>
    public static void WriteOutcomes(Utf8JsonWriter json, IReadOnlyList<(string Name, string Outcome)> outcomes)
    {
        json.WriteStartArray("secrets");
        foreach (var (name, outcome) in outcomes)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("outcome", outcome);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The member <c>version</c>: a number, or a text where versions have names.</summary>
    public static void WriteVersion(Utf8JsonWriter json, SecretVersion? version)
    {
        if (version is { Number: { } number }) json.WriteNumber("version", number);
        else if (version is { Name: { } name }) json.WriteString("version", name);
    }

    public static void WriteError(Screen screen, SecretException e) => WriteObject(screen, json =>
    {
        json.WriteStartObject("error");
        json.WriteString("kind", KindName(e.Kind));
        json.WriteString("message", e.Statement);
        if (e.Store is not null) json.WriteString("store", e.Store);
        if (e.Name is not null) json.WriteString("name", e.Name);
        if (e.Help is not null) json.WriteString("help", e.Help);
        json.WriteEndObject();
    });

    /// <summary>The kind as programs read it: <c>not-found</c>.</summary>
    public static string KindName(SecretErrorKind kind) => Word(kind.ToString());

    /// <summary>A name of ours as a word for programs: <c>FellThrough</c> is <c>fell-through</c>.</summary>
    public static string Word(string name)
    {
        var word = new System.Text.StringBuilder(name.Length + 2);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && word.Length > 0) word.Append('-');
            word.Append(char.ToLowerInvariant(letter));
        }
        return word.ToString();
    }
}
