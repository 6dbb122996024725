using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market.Candles;

/// <summary>
/// Statistics of the last 24 h by event time, to the minute, added up from the running minutes. The sum over all minutes but
/// the newest is kept until one of them changes or the window moves.
/// </summary>
public sealed class RollingWindow(CandleWindow window)
{
    private const int Minutes = 24 * 60;

    private long _from = long.MinValue;
    private long _newest = long.MinValue;
    private long _version = -1;
    private Sum _older;

    private record struct Sum(
        bool Any, decimal Open, decimal High, decimal Low, decimal Last, decimal Volume, decimal QuoteVolume, long Count)
    {
        public void Add(MinuteBar bar)
        {
            if (!Any)
                (Any, Open, High, Low) = (true, bar.Open, bar.High, bar.Low);
            High = Math.Max(High, bar.High);
            Low = Math.Min(Low, bar.Low);
            Last = bar.Close;
            Volume += bar.Volume;
            QuoteVolume += bar.QuoteVolume;
            Count += bar.Count;
        }
    }

    /// <param name="eventTime">The newest event time known, UTC: the window ends with its minute.</param>
    /// <returns>None where no trade is in the window.</returns>
    public RollingStatistics? At(DateTimeOffset eventTime)
    {
        var to = MinuteBar.MinuteOf(eventTime) + 1;
        var from = to - Minutes;
        var bars = window.Bars;
        if (bars.Count == 0)
            return null;

        var newest = bars[^1].Minute;
        if ((from, newest, window.OlderVersion) != (_from, _newest, _version))
        {
            _older = default;
            for (var i = 0; i < bars.Count - 1; i++)
                if (bars[i].Minute >= from)
                    _older.Add(bars[i]);
            (_from, _newest, _version) = (from, newest, window.OlderVersion);
        }

        var sum = _older;
        if (newest >= from)
            sum.Add(bars[^1]);
        return !sum.Any ? null : new RollingStatistics
        {
            From = MinuteBar.TimeOf(from),
            To = MinuteBar.TimeOf(to),
            Open = sum.Open,
            High = sum.High,
            Low = sum.Low,
            Last = sum.Last,
            Volume = sum.Volume,
            QuoteVolume = sum.QuoteVolume,
            Count = sum.Count,
        };
    }
}
