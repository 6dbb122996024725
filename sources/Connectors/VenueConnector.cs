using System.Buffers;
using System.Text.Json;

namespace StreamForge.Sources.Connectors;

/// <summary>
/// Reads one venue: as many connections as its symbols need, every frame into the sink, and a watermark every interval that tells
/// how far all of them are proven.
/// </summary>
public sealed class VenueConnector
{
    // More would make watermarks long, of which each partition gets one every interval.
    private const int MostNamed = 1_000;

    private readonly VenueProtocol _protocol;
    private readonly ConnectorOptions _options;
    private readonly ConnectorServices _services;
    private readonly IRawSink _sink;
    private readonly RawRecordFactory _records;
    private readonly IReadOnlyList<VenueConnection> _connections;

    internal VenueConnector(
        VenueProtocol protocol, ConnectorOptions options, IRawSink sink, ISourceGateway? resync, ConnectorServices services,
        ConnectorMetrics metrics)
    {
        _protocol = protocol;
        _options = options;
        _services = services;
        _sink = sink;
        _records = new RawRecordFactory(protocol.Source, services.Time, services.Ids);
        _connections =
        [
            .. options.Symbols.Select(protocol.SymbolOf).Chunk(options.SymbolsPerConnection).Select((symbols, i) =>
                new VenueConnection(
                    $"{protocol.Source}#{i}", symbols, protocol, options, sink, resync, services, metrics)),
        ];
    }

    /// <summary>The venue.</summary>
    public string Source => _protocol.Source;

    /// <summary>The instruments that are read, <c>venue:SYMBOL</c>.</summary>
    public IReadOnlyList<string> Instruments => [.. _connections.SelectMany(c => c.Symbols).Select(s => s.Instrument)];

    /// <summary>How the source stands, over all connections the worst.</summary>
    public SourceStanding Standing()
    {
        DateTimeOffset? through = DateTimeOffset.MaxValue;
        string? reason = null;
        var unasked = new List<string>();
        foreach (var connection in _connections)
        {
            var report = connection.Report();
            through = report.Through is { } proven && through is { } oldest && proven < oldest ? proven
                : report.Through is null ? null : through;
            reason ??= report.Reason;
            unasked.AddRange(connection.Unasked);
        }
        if (unasked.Count > MostNamed)
            reason ??= $"{unasked.Count} symbols are still to be asked for after the connect";
        return new SourceStanding(through, reason is null, reason, unasked);
    }

    /// <summary>Reads until cancelled, once; then ends when what was received is durable, or after a bounded time.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var connections = _connections.Select(c => c.Run(cancellation)).ToList();
        try
        {
            await Task.WhenAll([.. connections, WriteWatermarks(cancellation)]);
        }
        finally
        {
            foreach (var connection in _connections)
                connection.Dispose();
        }
    }

    internal VenueConnection? ConnectionOf(string instrument, out VenueSymbol? symbol)
    {
        foreach (var connection in _connections)
            foreach (var candidate in connection.Symbols)
                if (candidate.Instrument == instrument)
                {
                    symbol = candidate;
                    return connection;
                }
        symbol = null;
        return null;
    }

    private async Task WriteWatermarks(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_options.WatermarkInterval, _services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
                await WriteWatermark(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped: the last watermark stays as it is and grows old.
        }
    }

    private async Task WriteWatermark(CancellationToken cancellation)
    {
        // Before the first proof there is nothing to vouch for; what an earlier run wrote stays and grows old.
        var standing = Standing();
        if (standing.Through is null)
            return;
        try
        {
            await _sink.AppendToAll(_records.Watermark(Serialize(standing)), cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // The next one says all that this one would have said.
            Log.WatermarkFailed(_services.Log, Source, e);
        }
    }

    private byte[] Serialize(SourceStanding standing)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("source"u8, Source);
            json.WriteString("through"u8, standing.Through!.Value);
            json.WriteBoolean("up"u8, standing.Up);
            if (standing.Reason is { } reason)
                json.WriteString("reason"u8, reason);
            else if (standing.Unasked.Count > 0)
            {
                json.WriteStartArray("unasked"u8);
                foreach (var instrument in standing.Unasked)
                    json.WriteStringValue(instrument);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}

/// <param name="Through">All that the venue published up to here is durable in the raw topic, by our clock, UTC; none if never proven.</param>
/// <param name="Up">All links stand, all subscriptions are confirmed.</param>
/// <param name="Reason">Why not, for a person.</param>
/// <param name="Unasked">Instruments that were not asked for yet since the last connect: what is said does not hold for them.</param>
public readonly record struct SourceStanding(
    DateTimeOffset? Through, bool Up, string? Reason, IReadOnlyCollection<string> Unasked);
