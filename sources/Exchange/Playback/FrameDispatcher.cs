using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Exchange.Wire;

namespace StreamForge.Sources.Exchange.Playback;

/// <summary>The way of a frame from the market to the subscribers.</summary>
internal sealed class FrameDispatcher(Hub hub)
{
    public ValueTask DispatchAsync(MarketFrame frame, long number, CancellationToken cancellation) =>
        hub.PublishAsync(frame, number, cancellation);

    /// <summary>Lets out what is held back at the end of the market.</summary>
    public Task FinishAsync(CancellationToken cancellation) => hub.FlushAsync(cancellation);
}
