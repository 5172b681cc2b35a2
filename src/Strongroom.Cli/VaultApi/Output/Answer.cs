using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Cli.Processes;
using Strongroom.Cli.Terminal;
using Strongroom.Client;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Output;

/// <summary>Writes what the server answered as the format and the field that were asked for.</summary>
internal sealed class Answer
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Screen _screen;
    private readonly string? _field;
    private readonly string _format;

    public Answer(Screen screen, string? format, string? field)
    {
        (_screen, _field, _format) = (screen, field, (format is { Length: > 0 } ? format : "table").ToLowerInvariant());
        if (_format is not ("table" or "json" or "yaml" or "yml" or "raw" or "pretty")) throw ApiCall.Invalid($"-format is table, json, yaml or raw, not {_format}");
    }

    /// <summary>True when the answer is for a person.</summary>
    public bool IsTable => _format is "table" or "pretty";

    /// <summary>True when one field was asked for.</summary>
    public bool IsField => _field is not null;

    public bool IsRaw => _format == "raw";

    /// <summary>A sentence for a person; nothing for programs, which read the exit code.</summary>
    public void Say(string text)
    {
        if (IsTable && !IsField) _screen.Line(text);
    }

    /// <summary>The warnings of an answer, beside it.</summary>
    public void Warn(VaultReply reply)
    {
        if (!IsTable || reply.Warnings is not { Count: > 0 } warnings) return;
        var text = new StringBuilder("WARNING! The following warnings were returned from Vault:\n");
        foreach (var warning in warnings) text.Append("\n  * ").Append(warning).Append('\n');
        _screen.Note(text.ToString());
    }

    /// <summary>An answer with the usual envelope, or the plain object that some endpoints answer.</summary>
    public int Secret(VaultReply reply)
    {
        if (IsRaw && !IsField)
        {
            _screen.Bytes(reply.Bytes);
            return ApiExit.Success;
        }
        if (!IsField) Warn(reply);
        return Secret(reply.Json);
    }

    /// <summary>The same for a document.</summary>
    public int Secret(JsonElement root)
    {
        if (_field is not null) return Field(Envelope.FieldOf(root, _field));
        if (!IsTable)
        {
            Element(Envelope.IsEnvelope(root) ? w => Envelope.WriteEnvelope(w, root) : root.WriteTo);
            return ApiExit.Success;
        }
        var table = Envelope.Table(root);
        if (!table.IsEmpty) table.Write(_screen);
        return ApiExit.Success;
    }

    /// <summary>A value that is not a whole answer: in JSON or YAML as it is, and for a person what <paramref name="table"/> writes.</summary>
    public int Data(JsonElement data, Action<Screen> table)
    {
        if (_field is not null)
        {
            return Field(data.ValueKind == JsonValueKind.Object && data.TryGetProperty(_field, out var value) ? value : default);
        }
        if (IsTable) table(_screen);
        else Element(data.WriteTo);
        return ApiExit.Success;
    }

    /// <summary>A list of names.</summary>
    public int Names(JsonElement names, string? header = null) => Data(names, screen =>
    {
        if (header is not null)
        {
            screen.Line(header);
            screen.Line(new string('-', header.Length));
        }
        foreach (var name in names.EnumerateArray()) screen.Line(name.GetString()!);
    });

    /// <summary>A document of our own making, for programs.</summary>
    public void Element(Action<Utf8JsonWriter> write)
    {
        using var buffer = new SecretBuffer();
        using (var writer = new Utf8JsonWriter(buffer, Indented)) write(writer);
        if (_format is "yaml" or "yml")
        {
            using var document = JsonDocument.Parse(buffer.WrittenMemory);
            _screen.Bytes(Encoding.UTF8.GetBytes(YamlText.Of(document.RootElement)));
            return;
        }
        _screen.Bytes(buffer.Written);
        _screen.Bytes("\n"u8);
    }

    private int Field(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            _screen.Note($"Field \"{_field}\" not present in secret");
            return ApiExit.Local;
        }
        if (!IsTable && !IsRaw)
        {
            Element(value.WriteTo);
            return ApiExit.Success;
        }
        // What has structure is for a program: JSON, not the text that Go would make of it.
        var text = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? value.GetRawText() : GoText.Of(value);
        _screen.Bytes(Encoding.UTF8.GetBytes(text));
        if (Libc.isatty(1) == 1) _screen.Bytes("\n"u8);
        return ApiExit.Success;
    }
}
