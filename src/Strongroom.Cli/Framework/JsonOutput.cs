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

    public static void WriteError(Screen screen, SecretException e) => Write(screen, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("kind", KindName(e.Kind));
        json.WriteString("message", e.Message);
        if (e.Store is not null) json.WriteString("store", e.Store);
        if (e.Name is not null) json.WriteString("name", e.Name);
        if (e.Help is not null) json.WriteString("help", e.Help);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>The kind as programs read it: <c>not-found</c>.</summary>
    public static string KindName(SecretErrorKind kind) => kind switch
    {
        SecretErrorKind.NotFound => "not-found",
        SecretErrorKind.InvalidInput => "invalid-input",
        SecretErrorKind.StorageFull => "storage-full",
        SecretErrorKind.ReadOnly => "read-only",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
