namespace StreamForge.Sources.Exchange.Market;

/// <summary>One message of the venue, as it goes to subscribers.</summary>
/// <param name="AtNanos">The market's own clock: nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Stream">The stream that it belongs to.</param>
/// <param name="Bytes">The message as on a combined stream (Binance) or on the socket (Kraken); for a replay the recorded bytes.</param>
/// <param name="DataStart">Where the message of a raw stream (<c>/ws</c>) begins in <paramref name="Bytes"/>.</param>
/// <param name="DataLength">Its length.</param>
/// <param name="First">The first sequence or id that it covers; 0 where the stream has none.</param>
/// <param name="Last">The last one.</param>
/// <param name="IsSnapshot">A whole book, sent in answer to a subscription (Kraken).</param>
public readonly record struct MarketFrame(
    long AtNanos,
    StreamKey Stream,
    ReadOnlyMemory<byte> Bytes,
    int DataStart,
    int DataLength,
    long First,
    long Last,
    bool IsSnapshot = false)
{
    /// <summary>The message as on a raw stream.</summary>
    public ReadOnlyMemory<byte> Data => Bytes.Slice(DataStart, DataLength);
}
