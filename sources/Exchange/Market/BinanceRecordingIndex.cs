using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>What one pass over a Binance recording tells: how long it is, its streams, and whose its REST snapshots are.</summary>
internal sealed class BinanceRecordingIndex
{
    private readonly Dictionary<string, (long First, long Last)> _depth = new(StringComparer.Ordinal);
    private readonly List<(string? Symbol, RecordedSnapshot Snapshot, RecordedLine Line)> _snapshots = [];
    private readonly HashSet<StreamKey> _streams = [];

    public long Frames { get; private set; }

    public long FirstNanos { get; private set; } = long.MaxValue;

    public long LastNanos { get; private set; }

    public ImmutableArray<StreamKey> Streams => [.. _streams.OrderBy(stream => stream.Name, StringComparer.Ordinal)];

    /// <summary>The recorded <c>exchangeInfo</c>, where there is one.</summary>
    public ReadOnlyMemory<byte>? ExchangeInfo { get; private set; }

    public static BinanceRecordingIndex Build(Recording recording, StreamCatalog catalog, BadLines bad)
    {
        var index = new BinanceRecordingIndex();
        foreach (var line in recording.Read(bad))
        {
            try
            {
                index.Take(line, catalog, bad);
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                bad.Add(line.File, line.Line, $"not a message of the venue: {e.Message}");
            }
        }

        if (index.Frames == 0)
            throw new RecordingException($"{recording.Files[0]}: no message of the venue in it.");
        return index;
    }

    /// <summary>
    /// The snapshots with their symbols, in order. Captures give no symbol with them: it is then the only one, or the only
    /// one whose sequences reach around the snapshot's.
    /// </summary>
    public IEnumerable<(string Symbol, RecordedSnapshot Snapshot)> Snapshots(BadLines bad)
    {
        foreach (var (symbol, snapshot, line) in _snapshots)
        {
            var owners = symbol is not null
                ? [symbol]
                : _depth.Where(d => d.Value.First <= snapshot.Sequence + 1 && snapshot.Sequence <= d.Value.Last)
                    .Select(d => d.Key).ToArray();
            if (owners is [var owner])
                yield return (owner, snapshot);
            else
                bad.Add(line.File, line.Line, "a snapshot of which the symbol cannot be told");
        }
    }

    private void Take(in RecordedLine line, StreamCatalog catalog, BadLines bad)
    {
        if (line.Kind is RecordedKind.Connected or RecordedKind.Sent)
            return;
        if (line.Url?.Contains("/exchangeInfo", StringComparison.OrdinalIgnoreCase) == true)
        {
            ExchangeInfo = line.Payload;
            return;
        }

        var message = BinanceMessage.Read(line.Payload.Span, catalog);
        if (message.SnapshotId > 0)
        {
            var body = line.Payload.Slice(message.DataStart, message.DataLength);
            _snapshots.Add((SymbolOf(line.Url), new RecordedSnapshot(message.SnapshotId, body), line));
        }
        else if (line.Kind == RecordedKind.Message && message.Stream is { } stream)
        {
            Count(line, stream, message);
        }
        else if (line.Kind == RecordedKind.Message)
        {
            bad.Add(line.File, line.Line, "a message of no stream");
        }
    }

    private void Count(in RecordedLine line, StreamKey stream, in BinanceMessage message)
    {
        Frames++;
        FirstNanos = Math.Min(FirstNanos, line.AtNanos);
        LastNanos = Math.Max(LastNanos, line.AtNanos);
        _streams.Add(stream);
        if (stream.Kind == "depth")
        {
            var first = _depth.TryGetValue(stream.Symbol, out var range) ? range.First : message.First;
            _depth[stream.Symbol] = (first, message.Last);
        }
    }

    private static string? SymbolOf(string? url)
    {
        var start = url?.IndexOf("symbol=", StringComparison.OrdinalIgnoreCase) ?? -1;
        if (start < 0)
            return null;
        var value = url![(start + "symbol=".Length)..];
        var end = value.IndexOf('&', StringComparison.Ordinal);
        return (end < 0 ? value : value[..end]).ToUpperInvariant();
    }
}
