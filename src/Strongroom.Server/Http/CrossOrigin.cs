using Strongroom.Vault.Edge;

namespace Strongroom.Server.Http;

/// <summary>Requests of pages in browsers that come from elsewhere (https://fetch.spec.whatwg.org/#http-cors-protocol), with Vault's answers.</summary>
internal static class CrossOrigin
{
    private static readonly string[] Methods = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT", "LIST"];

    private static readonly string AllMethods = string.Join(',', Methods);

    /// <summary>Answers what asks for permission or may not have it. False leaves the request to go on.</summary>
    public static async ValueTask<bool> AnswerAsync(HttpContext context, CorsSettings cors)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0) return false;
        if (!cors.Allows(origin))
        {
            await Errors.WriteAsync(context, StatusCodes.Status403Forbidden, "origin not allowed");
            return true;
        }
        var asksFirst = HttpMethods.IsOptions(context.Request.Method);
        if (asksFirst && Array.IndexOf(Methods, context.Request.Headers.AccessControlRequestMethod.ToString()) < 0)
        {
            await Errors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
            return true;
        }
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        if (!asksFirst) return false;
        headers.AccessControlAllowMethods = AllMethods;
        headers.AccessControlAllowHeaders = string.Join(',', cors.Headers);
        headers.AccessControlMaxAge = "300";
        return true;
    }
}
