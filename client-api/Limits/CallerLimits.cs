using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Problems;

namespace StreamForge.ClientApi.Limits;

/// <summary>The framework's limiters, by caller: a bucket of tokens for requests, a count of open streams.</summary>
internal sealed class CallerLimits(IOptions<LimitOptions> limits, IOptions<ClientApiOptions> api, ApiMeter meter)
    : IConfigureOptions<RateLimiterOptions>
{
    /// <summary>The policy of addresses that stream.</summary>
    public const string Streams = "streams";

    // Below this a bucket would get less than one token in it.
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(100);

    public void Configure(RateLimiterOptions options)
    {
        var requests = RequestsOf(limits.Value);
        var streams = new ConcurrencyLimiterOptions { PermitLimit = limits.Value.Streams };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, CallerKey>(
            context => RateLimitPartition.GetTokenBucketLimiter(CallerKey.Of(context), _ => requests));
        options.AddPolicy(Streams, context => RateLimitPartition.GetConcurrencyLimiter(CallerKey.Of(context), _ => streams));
        options.OnRejected = Refuse;
    }

    private ValueTask Refuse(OnRejectedContext context, CancellationToken cancellation)
    {
        // A bucket tells when it will have a token; nobody can tell when a stream ends.
        var isRequest = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter);
        meter.Limited.Add(1, new KeyValuePair<string, object?>("kind", isRequest ? "requests" : "streams"));
        return new ValueTask(ProblemResponse.Write(
            context.HttpContext,
            isRequest ? ApiProblem.TooManyRequests(retryAfter) : ApiProblem.TooManyOwnStreams(limits.Value.Streams, api.Value.RetryAfter)));
    }

    private static TokenBucketRateLimiterOptions RequestsOf(LimitOptions limits)
    {
        var perPeriod = (int)Math.Max(1, Math.Round(limits.RequestsPerSecond * ShortestPeriod.TotalSeconds));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.Burst,
            TokensPerPeriod = perPeriod,
            ReplenishmentPeriod = TimeSpan.FromSeconds(perPeriod / limits.RequestsPerSecond),
        };
    }
}
