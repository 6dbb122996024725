using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Exchange.Wire;

namespace StreamForge.Sources.Exchange.Playback;

/// <summary>The way of a frame from the market, through the faults, to the subscribers. Used by the player alone.</summary>
internal sealed class FrameDispatcher(Hub hub, FaultCenter faults)
{
    private readonly List<Delivery> _deliveries = [];
    private FrameFaults _current = faults.Frames;

    public async ValueTask DispatchAsync(MarketFrame frame, long number, CancellationToken cancellation)
    {
        if (!ReferenceEquals(_current, faults.Frames))
        {
            // What the former plan still held back comes first.
            _current.Finish(_deliveries);
            _current = faults.Frames;
        }

        _current.Pass(frame, number, hub.HasSubscriber(frame.Stream), _deliveries);
        await DeliverAsync(cancellation);
    }

    /// <summary>Lets out what is held back, and waits until all is written to the sockets.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        _current.Finish(_deliveries);
        await DeliverAsync(cancellation);
        await hub.FlushAsync(cancellation);
    }

    private async ValueTask DeliverAsync(CancellationToken cancellation)
    {
        foreach (var delivery in _deliveries)
        {
            switch (delivery.Kind)
            {
                case DeliveryKind.Send:
                    await hub.PublishAsync(delivery.Frame, delivery.Number, cancellation);
                    break;
                case DeliveryKind.Disconnect:
                    hub.ForSubscribers(delivery.Frame.Stream, session => session.Cut());
                    break;
                default:
                    hub.ForSubscribers(delivery.Frame.Stream, session => session.FallSilent(delivery.Duration));
                    break;
            }
        }

        _deliveries.Clear();
    }
}
