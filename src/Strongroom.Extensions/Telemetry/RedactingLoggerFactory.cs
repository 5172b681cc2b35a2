using System.Collections;
using Microsoft.Extensions.Logging;

namespace Strongroom.Extensions.Telemetry;

/// <summary>Stands before a program's loggers and takes secret values out of messages, their parts, scopes and exceptions.</summary>
internal sealed class RedactingLoggerFactory(ILoggerFactory inner, SecretRedactor redactor) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new RedactingLogger(inner.CreateLogger(categoryName), redactor);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();

    private sealed class RedactingLogger(ILogger inner, SecretRedactor redactor) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(new RedactedState(state, redactor));

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel)) return;
            var message = redactor.Redact(formatter(state, exception));
            inner.Log(logLevel, eventId, new RedactedState(state, redactor), Redacted(exception), (_, _) => message);
        }

        private Exception? Redacted(Exception? exception)
        {
            if (exception is null) return null;
            var text = exception.ToString();
            var redacted = redactor.Redact(text);
            return ReferenceEquals(text, redacted) ? exception : new RedactedException(redactor.Redact(exception.Message), redacted);
        }
    }

    /// <summary>The parts of a message, each without secrets, for sinks that keep parts.</summary>
    private sealed class RedactedState(object? state, SecretRedactor redactor) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        private readonly IReadOnlyList<KeyValuePair<string, object?>> _parts = state as IReadOnlyList<KeyValuePair<string, object?>>
            ?? (state as IEnumerable<KeyValuePair<string, object?>>)?.ToArray() ?? [];

        public int Count => _parts.Count;

        public KeyValuePair<string, object?> this[int index] => new(_parts[index].Key, Redacted(_parts[index].Value));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            for (var i = 0; i < _parts.Count; i++) yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => redactor.Redact(state?.ToString() ?? "");

        /// <summary>Numbers, times and truth are what they are; everything else a sink would make a text of.</summary>
        private object? Redacted(object? value)
        {
            if (value is null or bool or byte or short or int or long or float or double or decimal or DateTime or DateTimeOffset or TimeSpan or Guid or Enum) return value;
            // A sink lists what is in a list, whose own text tells nothing of it.
            var text = value as string ?? (value is ICollection list ? Listed(list) : value.ToString() ?? "");
            var redacted = redactor.Redact(text);
            return ReferenceEquals(text, redacted) ? value : redacted;
        }

        private static string Listed(ICollection list) => string.Join(", ", list.Cast<object?>());
    }

    /// <summary>Stands for an exception whose text held a secret.</summary>
    private sealed class RedactedException(string message, string text) : Exception(message)
    {
        public override string ToString() => text;
    }
}
