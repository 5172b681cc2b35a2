// What Kestrel itself can do: the bytes of a KV read, from memory, to whoever asks. The measure of the server's own work.
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var body = """{"request_id":"31e88841-67b0-76a6-dc72-99e785cb2d42","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":{"password":"one-two-three-four","username":"application"},"metadata":{"created_time":"2026-11-22T06:42:36.5211588Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},"wrap_info":null,"warnings":null,"auth":null}"""u8.ToArray();
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Listen(IPAddress.Loopback, int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture), listen => listen.Protocols = HttpProtocols.Http1);
});
var app = builder.Build();
app.Run(async context =>
{
    context.Response.Headers.CacheControl = "no-store";
    context.Response.ContentType = "application/json";
    context.Response.ContentLength = body.Length;
    await context.Response.BodyWriter.WriteAsync(body);
});
await app.RunAsync();
