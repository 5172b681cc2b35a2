using System.Diagnostics;
using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>Traces of calls to stores: the names of store, operation and secret, the kind of a failure, and never a value.</summary>
internal static class StoreTracing
{
    public const string SourceName = "Strongroom";

    private static readonly ActivitySource Source = new(SourceName);

    public static async ValueTask<T> RunAsync<T>(string store, string operation, string? name, Func<ValueTask<T>> call)
    {
        using var activity = Source.StartActivity($"{operation} {store}", ActivityKind.Client);
        if (activity is null) return await call();
        activity.SetTag("strongroom.store", store);
        activity.SetTag("strongroom.operation", operation);
        if (name is not null) activity.SetTag("strongroom.name", name);
        try
        {
            return await call();
        }
        catch (SecretException e)
        {
            activity.SetStatus(ActivityStatusCode.Error);
            activity.SetTag("error.type", e.Kind.ToString());
            throw;
        }
    }
}
