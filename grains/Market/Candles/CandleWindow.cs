using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market.Candles;

/// <summary>A trade of a minute that has left the window: it waits until the minute is fetched back.</summary>
/// <param name="Revision">The revision of its minute once it is in.</param>
public readonly record struct LateTrade(Trade Trade, long Revision);

/// <summary>
/// The running minutes of an instrument that had trades, in order of time. Minutes older than the window leave it for the
/// day's grain: they stay here until they are durable there. A late trade for such a minute waits until the minute has been
/// fetched back, joins it, and the minute leaves again with a higher revision.
/// </summary>
public sealed class CandleWindow
{
    private readonly List<MinuteBar> _bars = [];
    private readonly List<LateTrade> _late = [];

    /// <summary>How many minutes run here.</summary>
    public int Minutes { get; set; } = 1440;

    /// <summary>How many minutes leave together: each time the whole day is written.</summary>
    public int Slack { get; set; } = 30;

    /// <summary>Running minutes in order of time; those without trades are not listed.</summary>
    public IReadOnlyList<MinuteBar> Bars => _bars;

    public IReadOnlyList<LateTrade> Late => _late;

    /// <summary>Grows with every change of a minute that is not the newest.</summary>
    public long OlderVersion { get; private set; }

    /// <summary>The newest minute with a trade; none before the first trade.</summary>
    public long? Newest { get; private set; }

    /// <summary>The oldest minute that ever had a trade; none before the first trade.</summary>
    public long? Oldest { get; private set; }

    /// <summary>The first minute that is kept here: older ones stand in the grains of their days.</summary>
    public long Floor { get; private set; } = long.MinValue;

    public void Add(Trade trade, long revision)
    {
        var minute = MinuteBar.MinuteOf(trade.Time);
        if (_bars.Count > 0 && _bars[^1].Minute == minute)
        {
            _bars[^1].Add(trade, revision);
            return;
        }

        OlderVersion++;
        var at = IndexOf(minute);
        if (at >= 0)
        {
            _bars[at].Add(trade, revision);
        }
        else if (minute < Floor)
        {
            _late.Add(new LateTrade(trade, revision));
        }
        else
        {
            var bar = new MinuteBar { Minute = minute };
            bar.Add(trade, revision);
            _bars.Insert(~at, bar);
        }

        if (Newest is null || minute > Newest)
            Newest = minute;
        if (Oldest is null || minute < Oldest)
            Oldest = minute;
    }

    /// <summary>Whether minutes wait to leave, or late trades for one that has left.</summary>
    public bool HasLeaving => _late.Count > 0
        || (_bars.Count > 0 && (_bars[0].Minute < Newest - Minutes - Slack || _bars[0].Minute < Floor));

    /// <summary>Moves the floor up to where the window begins now. What is below it leaves.</summary>
    public void MoveFloor()
    {
        if (Newest is { } newest)
            Floor = Math.Max(Floor, newest - Minutes + 1);
    }

    /// <summary>The minutes below the floor.</summary>
    public List<MinuteBar> Leaving()
    {
        var leaving = new List<MinuteBar>();
        for (var i = 0; i < _bars.Count && _bars[i].Minute < Floor; i++)
            leaving.Add(_bars[i]);
        return leaving;
    }

    /// <summary>Minutes that late trades wait for, each once.</summary>
    public SortedSet<long> Wanted()
    {
        var wanted = new SortedSet<long>();
        foreach (var late in _late)
            wanted.Add(MinuteBar.MinuteOf(late.Trade.Time));
        return wanted;
    }

    /// <summary>
    /// Takes a minute back in that late trades wait for, as the day's grain has it, or none where it has none. A late trade at or
    /// below its revision is in it already.
    /// </summary>
    public void Reopen(long minute, RevisedCandle? stored)
    {
        var at = IndexOf(minute);
        var bar = at >= 0 ? _bars[at] : stored is null ? new MinuteBar { Minute = minute } : MinuteBar.FromRevised(stored);
        // The revision that was stored is the bound for all: trades of one record share a revision.
        var known = bar.Revision;
        for (var i = 0; i < _late.Count; i++)
            if (MinuteBar.MinuteOf(_late[i].Trade.Time) == minute && _late[i].Revision > known)
                bar.Add(_late[i].Trade, _late[i].Revision);
        _late.RemoveAll(late => MinuteBar.MinuteOf(late.Trade.Time) == minute);
        if (at < 0 && bar.Count > 0)
            _bars.Insert(~at, bar);
        OlderVersion++;
    }

    /// <summary>A minute is durable in its day's grain at <paramref name="revision"/>: it goes unless it has changed since.</summary>
    public void Left(long minute, long revision)
    {
        var at = IndexOf(minute);
        if (at < 0 || minute >= Floor || _bars[at].Revision != revision)
            return;
        _bars.RemoveAt(at);
        OlderVersion++;
    }

    public void Write(StateWriter writer)
    {
        writer.Optional(Newest);
        writer.Optional(Oldest);
        writer.Signed(Floor);
        writer.Count(_bars.Count);
        foreach (var bar in _bars)
            bar.Write(writer);
        writer.Count(_late.Count);
        foreach (var late in _late)
        {
            TradePrint.Of(late.Trade).Write(writer);
            writer.Signed(late.Revision);
        }
    }

    public void Read(ref StateReader reader, string instrument)
    {
        Newest = reader.OptionalSigned();
        Oldest = reader.OptionalSigned();
        Floor = reader.Signed();
        _bars.Clear();
        for (var n = reader.Count(); n > 0; n--)
            _bars.Add(MinuteBar.Read(ref reader));
        _late.Clear();
        for (var n = reader.Count(); n > 0; n--)
            _late.Add(new LateTrade(TradePrint.Read(ref reader).ToTrade(instrument), reader.Signed()));
        OlderVersion++;
    }

    /// <summary>Index of a minute; else the complement of where it belongs.</summary>
    private int IndexOf(long minute)
    {
        int low = 0, high = _bars.Count - 1;
        while (low <= high)
        {
            var mid = (low + high) >>> 1;
            if (_bars[mid].Minute == minute)
                return mid;
            if (_bars[mid].Minute < minute)
                low = mid + 1;
            else
                high = mid - 1;
        }

        return ~low;
    }
}
