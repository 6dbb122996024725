using System.Buffers;
using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market.Candles;

/// <summary>The minutes of one instrument and day that had trades and have left the instrument.</summary>
public sealed class CandleDayState : IStoredState
{
    private readonly SortedDictionary<long, MinuteBar> _bars = [];

    public int SchemaVersion => 1;

    /// <summary>The highest revision taken over; 0 for none.</summary>
    public long Highest { get; private set; }

    public StateIndex Index => new(null, null, Highest);

    /// <returns>Whether anything changed.</returns>
    public bool Put(RevisedCandle candle)
    {
        var bar = MinuteBar.FromRevised(candle);
        Highest = Math.Max(Highest, bar.Revision);
        if (_bars.TryGetValue(bar.Minute, out var known) && known.Revision >= bar.Revision)
            return false;
        _bars[bar.Minute] = bar;
        return true;
    }

    public IEnumerable<RevisedCandle> Candles()
    {
        foreach (var bar in _bars.Values)
            yield return bar.ToRevised();
    }

    public void Write(IBufferWriter<byte> output)
    {
        var writer = new StateWriter(output);
        writer.Signed(Highest);
        writer.Count(_bars.Count);
        foreach (var bar in _bars.Values)
            bar.Write(writer);
    }

    public void Read(ReadOnlySpan<byte> input, int schemaVersion)
    {
        if (schemaVersion != SchemaVersion)
            throw new InvalidDataException($"Schema {schemaVersion} of a day of candles is not known here.");
        var reader = new StateReader(input);
        _bars.Clear();
        Highest = reader.Signed();
        for (var n = reader.Count(); n > 0; n--)
        {
            var bar = MinuteBar.Read(ref reader);
            _bars[bar.Minute] = bar;
        }

        reader.End();
    }
}
