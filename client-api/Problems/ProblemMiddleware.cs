using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace StreamForge.ClientApi.Problems;

/// <summary>
/// First of all, inside the page for developers that the framework puts up in Development: turns exceptions and the framework's empty errors (unknown address, wrong method) into problem documents.
/// </summary>
internal sealed class ProblemMiddleware(
    RequestDelegate next, IOptions<ClientApiOptions> options, ILogger<ProblemMiddleware> logger)
{
    private readonly TimeSpan _retryAfter = options.Value.RetryAfter;

    public async Task Invoke(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
                await ProblemResponse.Write(context, ApiProblem.OfStatus(context.Response.StatusCode));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody is left to tell, and it is no fault of ours.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception exception)
        {
            var problem = ProblemOf(exception);
            if (problem.Status == StatusCodes.Status500InternalServerError)
                Log.Failed(logger, exception, context.Request.Method, context.Request.Path);
            else
                Log.Refused(logger, exception, context.Request.Method, context.Request.Path, problem.Status);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }
            context.Response.Clear();
            await ProblemResponse.Write(context, problem);
        }
    }

    /// <summary>
    /// A grain that does not answer, for now, is 503: time-outs, and all that the engine throws for calls it cannot deliver.
    /// What a grain's own code throws is an error of ours.
    /// </summary>
    private ApiProblem ProblemOf(Exception exception) => exception switch
    {
        TimeoutException => ApiProblem.Unavailable(_retryAfter),
        BadHttpRequestException bad => ApiProblem.OfStatus(bad.StatusCode),
        OrleansException => ApiProblem.Unavailable(_retryAfter),
        _ => ApiProblem.OfStatus(StatusCodes.Status500InternalServerError),
    };
}
