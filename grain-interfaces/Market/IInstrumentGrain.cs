using Orleans.Concurrency;
using StreamForge.Contracts.Streams;

namespace StreamForge.Contracts.Market;

/// <summary>
/// One instrument of one venue, keyed <c>venue:SYMBOL</c>: book, trades, running candles, statistics. Reads interleave with
/// everything and answer from memory.
/// </summary>
[Alias("sf.IInstrumentGrain")]
public interface IInstrumentGrain : IIngestGrain
{
    [Alias("GetView"), AlwaysInterleave]
    ValueTask<InstrumentView> GetView();

    /// <param name="depth">Levels a side, at least 1.</param>
    [Alias("GetBook"), AlwaysInterleave]
    ValueTask<BookView> GetBook(int depth);

    /// <param name="limit">At most so many, at least 1.</param>
    [Alias("GetTrades"), AlwaysInterleave]
    ValueTask<TradesView> GetTrades(int limit);

    /// <summary>Candles whose open time is in [from, to), from this grain's running minutes and the days' grains.</summary>
    [Alias("GetCandles"), AlwaysInterleave]
    ValueTask<CandlesView> GetCandles(CandleInterval interval, DateTimeOffset from, DateTimeOffset to);

    /// <summary>
    /// The changes after <paramref name="afterVersion"/>, waiting up to <paramref name="wait"/> for the first one. With a null
    /// <paramref name="life"/> the reader has no place yet: the answer is a reset.
    /// </summary>
    /// <param name="wait">From zero to 10 s.</param>
    /// <param name="max">At most so many, at least 1.</param>
    [Alias("ReadUpdates"), AlwaysInterleave]
    ValueTask<StreamPage> ReadUpdates(string? life, long afterVersion, int max, TimeSpan wait);

    /// <summary>
    /// Answers true as soon as the book's sequence is at least <paramref name="sequence"/>; false after
    /// <paramref name="wait"/>.
    /// </summary>
    [Alias("WaitForSequence"), AlwaysInterleave]
    ValueTask<bool> WaitForSequence(long sequence, TimeSpan wait);
}
