using System.IO.Pipelines;
using System.Text;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Rendering;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Streaming;

/// <summary>
/// What one reader of an instrument's stream gets: every change after its place, in order, once. A reader without a place,
/// or with one that is unknown, gets a snapshot to start from. Knows nothing of HTTP but a pipe to write to.
/// </summary>
/// <remarks>
/// The subscription begins before the place is found, so nothing falls between the two: what the queue has twice is skipped by
/// version, and what it lacks is read from the grain itself.
/// </remarks>
internal sealed class StreamSession(
    string instrument, IInstrumentGrain grain, InstrumentReader reader, Subscription subscription, PipeWriter output,
    ApiMeter meter, TimeSpan grainTimeout, TimeProvider time)
{
    private static readonly byte[] Heartbeat = ": heartbeat\n\n"u8.ToArray();

    private EventId _place;

    /// <summary>Writes until cancelled.</summary>
    /// <param name="lastEventId">The id of the last event that the reader has seen; null where it comes without one.</param>
    /// <param name="cancellation">Ends the session.</param>
    public async Task Run(string? lastEventId, CancellationToken cancellation)
    {
        await output.WriteAsync("retry: 1000\n\n"u8.ToArray(), cancellation);
        if (lastEventId is null)
            await Start(cancellation);
        else if (EventId.TryParse(lastEventId, out _place))
            await CatchUpOrReset(cancellation);
        else
            await Reset(cancellation);

        while (true)
        {
            var page = await subscription.Next(cancellation);
            if (page.Life.Length > 0 && (page.Life != _place.Life || page.From > _place.Version))
                await CatchUpOrReset(cancellation);
            // A page of another life is from before that catching up, or told by it.
            await Write(page, cancellation);
        }
    }

    /// <summary>Writes what of the page is after the reader's place; a sign of life if the page is one.</summary>
    private async Task Write(EventPage page, CancellationToken cancellation)
    {
        if (page.EventCount == 0)
        {
            await output.WriteAsync(Heartbeat, cancellation);
            return;
        }
        if (page.Life != _place.Life || page.To <= _place.Version)
            return;
        await output.WriteAsync(page.TextAfter(_place.Version), cancellation);
        _place = new EventId(page.Life, page.To);
    }

    /// <summary>Reads what the grain has after the reader's place; a place that the grain does not know is reset.</summary>
    private async Task CatchUpOrReset(CancellationToken cancellation)
    {
        while (true)
        {
            var page = await Read(_place.Life, _place.Version, InstrumentFeed.PageSize, cancellation);
            if (page.Reset || page.Life != _place.Life)
            {
                await Reset(cancellation);
                return;
            }
            if (page.Updates.IsEmpty || page.Version <= _place.Version)
                return;
            await Write(EventPage.Render(_place.Version, page), cancellation);
        }
    }

    private async Task Reset(CancellationToken cancellation)
    {
        meter.StreamResets.Add(1);
        await output.WriteAsync("event: reset\ndata: {\"reason\":\"unknown-event-id\"}\n\n"u8.ToArray(), cancellation);
        await Start(cancellation);
    }

    /// <summary>Gives the reader a place: a snapshot, and the id that changes after it follow.</summary>
    private async Task Start(CancellationToken cancellation)
    {
        // The life first: were it read after the view, a view of an old life could be taken for one of the new.
        var page = await Read(life: null, 0, 1, cancellation);
        var view = (await reader.Instrument(instrument, default)).View;
        _place = new EventId(page.Life, view?.Version ?? page.Version);
        if (view is not null)
            await output.WriteAsync(TextOf(view), cancellation);
    }

    private byte[] TextOf(RenderedView view) =>
        [.. Encoding.UTF8.GetBytes($"id: {_place}\nevent: snapshot\ndata: "), .. view.Body, .. "\n\n"u8];

    private Task<StreamPage> Read(string? life, long version, int max, CancellationToken cancellation) =>
        grain.ReadUpdates(life, version, max, TimeSpan.Zero).AsTask().WaitAsync(grainTimeout, time, cancellation);
}
