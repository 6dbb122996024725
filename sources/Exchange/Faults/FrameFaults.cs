using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Faults;

/// <summary>What becomes of one frame of the market.</summary>
internal enum DeliveryKind
{
    Send = 0,
    Disconnect = 1,
    Silence = 2,
}

/// <summary>Something to be done towards the subscribers, in order.</summary>
internal readonly record struct Delivery(DeliveryKind Kind, MarketFrame Frame, long Number, TimeSpan Duration = default);

/// <summary>
/// Puts the faults of a plan between the market and its subscribers: <c>(frame) -> what is sent</c>, without I/O. Snapshots that
/// begin a subscription are spared: their faults are those of requests.
/// </summary>
internal sealed class FrameFaults(FaultPlan plan, FaultJournal journal, long? totalFrames)
{
    private readonly FaultDice _dice = new(plan, kind => kind <= FaultKind.MalformedReplace);
    private readonly Random _damage = new(plan.Seed);
    private readonly Dictionary<StreamKey, List<Held>> _held = [];

    /// <summary>Adds to <paramref name="deliveries"/> what is to be done when this frame comes.</summary>
    /// <param name="hasSubscriber">Whether anybody would get it: what nobody misses is no fault.</param>
    public void Pass(in MarketFrame frame, long number, bool hasSubscriber, List<Delivery> deliveries)
    {
        var rule = _dice.IsEmpty || frame.IsSnapshot ? null : _dice.Roll(frame.Stream);
        if (rule is null || !hasSubscriber || number > totalFrames - plan.SpareTail)
            deliveries.Add(new Delivery(DeliveryKind.Send, frame, number));
        else
            Inject(rule, frame, number, deliveries);
        if (_held.Count > 0)
            Release(frame.Stream, number, deliveries);
    }

    /// <summary>Lets out what is still held back: at the end, or before the plan is replaced.</summary>
    public void Finish(List<Delivery> deliveries)
    {
        foreach (var held in _held.Values.SelectMany(held => held).OrderBy(held => held.Number))
            deliveries.Add(new Delivery(DeliveryKind.Send, held.Frame, held.Number));
        _held.Clear();
    }

    private void Inject(FaultRule rule, in MarketFrame frame, long number, List<Delivery> deliveries)
    {
        journal.Add(rule.Kind, frame.Stream.Symbol, frame.Stream.Name, frame.First, frame.Last, number);
        var whole = new Delivery(DeliveryKind.Send, frame, number);
        switch (rule.Kind)
        {
            case FaultKind.Drop:
                break;
            case FaultKind.Duplicate:
                deliveries.Add(whole);
                deliveries.Add(whole);
                break;
            case FaultKind.Reorder:
                Hold(frame, number, rule.Distance);
                break;
            case FaultKind.Disconnect:
                deliveries.Add(whole with { Kind = DeliveryKind.Disconnect });
                deliveries.Add(whole);
                break;
            case FaultKind.Silence:
                deliveries.Add(whole with { Kind = DeliveryKind.Silence, Duration = rule.Duration });
                deliveries.Add(whole);
                break;
            case FaultKind.MalformedInsert:
                deliveries.Add(whole with { Frame = FrameDamage.Damage(frame, _damage) });
                deliveries.Add(whole);
                break;
            default:
                deliveries.Add(whole with { Frame = FrameDamage.Damage(frame, _damage) });
                break;
        }
    }

    private void Hold(in MarketFrame frame, long number, int distance)
    {
        if (!_held.TryGetValue(frame.Stream, out var held))
            _held[frame.Stream] = held = [];
        held.Add(new Held(frame, number, distance));
    }

    /// <summary>Counts the frames that overtook, and lets out what has been overtaken often enough.</summary>
    private void Release(StreamKey stream, long number, List<Delivery> deliveries)
    {
        if (!_held.TryGetValue(stream, out var held))
            return;
        for (var i = 0; i < held.Count; i++)
        {
            if (held[i].Number == number || --held[i].Overtakers > 0)
                continue;
            deliveries.Add(new Delivery(DeliveryKind.Send, held[i].Frame, held[i].Number));
            held.RemoveAt(i--);
        }

        if (held.Count == 0)
            _held.Remove(stream);
    }

    private sealed class Held(MarketFrame frame, long number, int overtakers)
    {
        public MarketFrame Frame => frame;

        public long Number => number;

        public int Overtakers { get; set; } = overtakers;
    }
}
