using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Streaming;

/// <summary>The address of one instrument's changes, as server-sent events (WHATWG HTML, 9.2).</summary>
internal sealed class StreamEndpoint(
    IGrainFactory grains, InstrumentReader reader, FeedHub hub, IOptions<ClientApiOptions> options, ApiMeter meter,
    TimeProvider time, IHostApplicationLifetime lifetime, ILogger<StreamEndpoint> logger)
{
    private const string LastEventId = "Last-Event-ID";

    private static readonly byte[] Expired = "event: expired\ndata: {\"reason\":\"token-expired\"}\n\n"u8.ToArray();

    private static readonly byte[] Dropped = "event: dropped\ndata: {\"reason\":\"too-slow\"}\n\n"u8.ToArray();

    // A timer takes no longer time; no token that is made with care counts so long.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly ClientApiOptions _options = options.Value;

    public ApiRoute Stream { get; } = new("getStream",
        "Every change of one instrument as server-sent events: 'snapshot', 'book', 'trade', 'freshness', 'reset', 'dropped', 'expired'. "
        + "Resumes after the header Last-Event-ID.")
    {
        Path = [InstrumentId.Parameter],
        Produces = MediaTypes.EventStream,
        Problems = [StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable],
    };

    public async Task GetStream(HttpContext context)
    {
        if (RequestCheck.Check(context, Stream, _options.MaxQueryLength, out var instrument, out _) is { } refused)
        {
            await ProblemResponse.Write(context, refused);
            return;
        }
        if ((await reader.Instrument(instrument, default)).Problem is { } unknown)
        {
            await ProblemResponse.Write(context, unknown);
            return;
        }
        using var subscription = hub.Subscribe(instrument);
        if (subscription is null)
        {
            await ProblemResponse.Write(context, ApiProblem.TooManyStreams(_options.RetryAfter));
            return;
        }
        await Serve(context, instrument, subscription);
    }

    private async Task Serve(HttpContext context, string instrument, Subscription subscription)
    {
        var response = context.Response;
        response.ContentType = MediaTypes.EventStream;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        // A dropped reader may finish the write that it is in, but not for ever.
        using var cut = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var expiry = ExpiryOf(context);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping, cut.Token, expiry.Token);
        using var onDrop = subscription.Dropped.Register(() => cut.CancelAfter(_options.StreamDropGrace));
        var session = new StreamSession(
            instrument, grains.GetGrain<IInstrumentGrain>(instrument), reader, subscription, response.BodyWriter, meter,
            _options.GrainTimeout, time);
        string? lastEventId = context.Request.Headers[LastEventId];
        try
        {
            await session.Run(lastEventId, end.Token);
        }
        catch (OperationCanceledException) when (subscription.Dropped.IsCancellationRequested)
        {
            meter.StreamsDropped.Add(1);
            Log.ReaderDropped(logger, instrument);
            await SayLast(context, Dropped, end.Token);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            cut.CancelAfter(_options.StreamDropGrace);
            using var last = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, cut.Token);
            await SayLast(context, Expired, last.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has gone, or the process ends: the reader comes back with its last id.
        }
    }

    /// <summary>Cancelled when the caller's token counts no more; never where there is none.</summary>
    private CancellationTokenSource ExpiryOf(HttpContext context)
    {
        var left = context.Features.Get<TokenVerdict>()?.Expires - time.GetUtcNow();
        return left is null || left > LongestTimer
            ? new CancellationTokenSource(Timeout.InfiniteTimeSpan, time)
            : new CancellationTokenSource(left > TimeSpan.Zero ? left.Value : TimeSpan.Zero, time);
    }

    /// <summary>The reader's place stays that of the last event it was sent; with it it may come back.</summary>
    private static async Task SayLast(HttpContext context, byte[] word, CancellationToken cancellation)
    {
        try
        {
            await context.Response.BodyWriter.WriteAsync(word, cancellation);
        }
        catch (OperationCanceledException)
        {
            // It does not even take that: what waits in the socket will never be read.
            context.Abort();
        }
    }
}
