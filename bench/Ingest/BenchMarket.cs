using System.Globalization;
using System.Text;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Market;
using StreamForge.Sources.Exchange.Generation;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Bench.Ingest;

/// <summary>One generated event.</summary>
/// <param name="Record">What is appended: the raw frame, or what the parser derives from it.</param>
/// <param name="Instrument">Index of its instrument.</param>
/// <param name="Id">The book's sequence after it, or the id of the trade.</param>
internal readonly record struct BenchEvent(NewRecord Record, int Instrument, bool IsTrade, long Id)
{
    /// <summary>Bytes of the record: key, value and headers.</summary>
    public int Bytes
    {
        get
        {
            var sum = (Record.Key?.Length ?? 0) + Record.Value.Length;
            foreach (var header in Record.Headers)
                sum += header.Name.Length + header.Value.Length;
            return sum;
        }
    }
}

/// <summary>
/// One generated market from the snapshots of its books on: every event follows the one before, over all phases of a benchmark.
/// The platform's own parser derives the canonical records.
/// </summary>
internal sealed class BenchMarket : IDisposable
{
    private const string Venue = "binance";

    // The market's own clock: it runs by events, not by the wall.
    private const double EventsPerMarketSecond = 20_000;

    private static readonly byte[] Source = Encoding.UTF8.GetBytes(Venue);
    private static readonly byte[] Frame = Encoding.UTF8.GetBytes(RecordSchemas.RawFrame);
    private static readonly byte[] Snapshot = Encoding.UTF8.GetBytes(RecordSchemas.RawDepthSnapshot);
    private readonly GeneratedMarket _market;
    private readonly MarketDerivation _derivation = new();
    private readonly Dictionary<string, int> _bySymbol;
    private readonly string[] _symbols;
    private readonly byte[][] _keys;
    private readonly Guid _logId = Guid.NewGuid();
    private readonly int _partitions;
    private readonly long[] _offsets;
    private readonly List<NewRecord> _derived = [];
    private long _made;

    public BenchMarket(int instruments, int partitions, int seed)
    {
        _partitions = partitions;
        _offsets = new long[partitions];
        _market = new GeneratedMarket(new GeneratorOptions
        {
            Seed = seed,
            Instruments = instruments,
            Rate = EventsPerMarketSecond,
            BookTicker = false,
            StartAt = DateTimeOffset.UtcNow,
        });
        _symbols = [.. _market.Known.Where(static key => key.Family == StreamFamily.Depth).Select(static key => key.Symbol)];
        _bySymbol = _symbols.Select(static (symbol, index) => (symbol, index))
            .ToDictionary(static pair => pair.symbol, static pair => pair.index, StringComparer.OrdinalIgnoreCase);
        Instruments = [.. _symbols.Select(static symbol => $"{Venue}:{symbol.ToUpperInvariant()}")];
        _keys = [.. Instruments.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary><c>venue:SYMBOL</c>.</summary>
    public IReadOnlyList<string> Instruments { get; }

    /// <summary>The books that all begins with; to be taken before the first event.</summary>
    public IEnumerable<BenchEvent> Snapshots()
    {
        for (var i = 0; i < _symbols.Length; i++)
        {
            var symbol = _symbols[i].ToUpperInvariant();
            yield return Event(i, _market.Snapshot(symbol, 5_000)!, Snapshot, isTrade: false, _market.SequenceOf(symbol), asRaw: false);
        }
    }

    /// <param name="raw">As a connector would append it; otherwise as the parser would.</param>
    public BenchEvent Next(bool raw = false)
    {
        var frame = _market.Next();
        var isTrade = frame.Stream.Family == StreamFamily.Trade;
        return Event(_bySymbol[frame.Stream.Symbol], frame.Bytes, Frame, isTrade, frame.Last, raw);
    }

    public BenchEvent[] Take(int count, bool raw)
    {
        var events = new BenchEvent[count];
        for (var i = 0; i < count; i++)
            events[i] = Next(raw);
        return events;
    }

    public void Dispose() => _market.Dispose();

    private BenchEvent Event(int instrument, ReadOnlyMemory<byte> value, byte[] schema, bool isTrade, long id, bool asRaw)
    {
        var raw = Raw(instrument, value, schema);
        if (asRaw)
            return new BenchEvent(raw, instrument, isTrade, id);
        var partition = raw.Partition!.Value;
        var record = new LogRecord
        {
            Partition = new TopicPartition(raw.Topic, partition),
            Offset = _offsets[partition]++,
            Timestamp = raw.Timestamp,
            Key = raw.Key,
            Value = raw.Value,
            Headers = raw.Headers,
        };
        _derived.Clear();
        if (_derivation.Derive(record, _logId, _derived) is { } reason || _derived.Count != 1)
            throw new InvalidOperationException("A generated frame did not give one event.");
        return new BenchEvent(_derived[0], instrument, isTrade, id);
    }

    private NewRecord Raw(int instrument, ReadOnlyMemory<byte> value, byte[] schema)
    {
        var now = DateTimeOffset.UtcNow;
        var number = ++_made;
        return new NewRecord
        {
            Topic = Topics.RawMarket,
            Partition = Murmur2Partitioner.PartitionOf(_keys[instrument], _partitions),
            Key = _keys[instrument],
            Value = value,
            Headers =
            [
                new(RecordHeaders.Source, Source),
                new(RecordHeaders.Schema, schema),
                new(RecordHeaders.ReceivedAt, Ascii($"{(now - DateTimeOffset.UnixEpoch).Ticks * 100}")),
                new(RecordHeaders.EventId, Ascii($"bench-{number}")),
                new(RecordHeaders.TraceParent, Ascii($"00-{number:x32}-{number:x16}-01")),
                new(RecordHeaders.Instrument, _keys[instrument]),
            ],
            Timestamp = now,
        };
    }

    private static byte[] Ascii(FormattableString text) => Encoding.ASCII.GetBytes(text.ToString(CultureInfo.InvariantCulture));
}
