using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Integrity;

namespace StreamForge.ClientApi.Status;

/// <summary>How the platform stands, for people and for what starts and stops processes.</summary>
internal sealed class StatusEndpoints(IGrainFactory grains, IOptions<ClientApiOptions> options, TimeProvider time)
{
    private static readonly int[] MayBeUnavailable = [StatusCodes.Status503ServiceUnavailable];

    private readonly ClientApiOptions _options = options.Value;

    public ApiRoute Status { get; } = new("getStatus", "Partitions, lag, watermarks, gaps, repairs, parked keys, dead letters.")
    { Document = typeof(PlatformStatus), Problems = MayBeUnavailable };

    public ApiRoute Live { get; } = new("getLive", "Whether the process lives: it answers, so it does.")
    { Document = typeof(HealthDocument), Scope = ApiScope.None, IsUnlimited = true };

    public ApiRoute Ready { get; } = new("getReady", "Whether all partitions are assigned and read up to date.")
    { Document = typeof(HealthDocument), Problems = MayBeUnavailable, Scope = ApiScope.None, IsUnlimited = true };

    public async Task GetStatus(HttpContext context)
    {
        if (Refused(context, Status) is { } problem)
            await ProblemResponse.Write(context, problem);
        else
            await Answer(context, DocumentJson.Default.PlatformStatus, await Ask());
    }

    public Task GetLive(HttpContext context) => Refused(context, Live) is { } problem
        ? ProblemResponse.Write(context, problem)
        : Answer(context, DocumentJson.Default.HealthDocument, new HealthDocument("live"));

    public async Task GetReady(HttpContext context)
    {
        if ((Refused(context, Ready) ?? await WhyNotReady()) is { } problem)
            await ProblemResponse.Write(context, problem);
        else
            await Answer(context, DocumentJson.Default.HealthDocument, new HealthDocument("ready"));
    }

    private async Task<ApiProblem?> WhyNotReady() =>
        (await Ask()).Ready ? null : ApiProblem.NotReady(_options.RetryAfter);

    private Task<PlatformStatus> Ask() => grains.GetGrain<IPlatformStatusGrain>("all").Get().AsTask().WaitAsync(_options.GrainTimeout, time);

    private ApiProblem? Refused(HttpContext context, ApiRoute route) =>
        RequestCheck.Check(context, route, _options.MaxQueryLength, out _);

    private static Task Answer<T>(HttpContext context, JsonTypeInfo<T> type, T document)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.Write(context, type, document);
    }
}
