using System.Globalization;
using System.Text.Json;

namespace StreamForge.Sources.Connectors.Binance;

/// <summary>Binance's REST requests about one symbol; bodies go to the raw topic as they came.</summary>
internal sealed class BinanceGateway : ISourceGateway
{
    private readonly BinanceProtocol _protocol;
    private readonly ConnectorOptions _options;
    private readonly IRawSink _sink;
    private readonly IVenueRest _rest;
    private readonly RawRecordFactory _records;
    private readonly Dictionary<string, VenueSymbol> _symbols;

    public BinanceGateway(
        BinanceProtocol protocol, ConnectorOptions options, IRawSink sink, IVenueRest rest, TimeProvider time, ConnectorIds ids)
    {
        _protocol = protocol;
        _options = options;
        _sink = sink;
        _rest = rest;
        _records = new RawRecordFactory(protocol.Source, time, ids);
        _symbols = options.Symbols.Select(protocol.SymbolOf).ToDictionary(s => s.Instrument, StringComparer.Ordinal);
    }

    public async Task<GatewayOutcome> RequestDepthSnapshot(string instrument, RepairTag? repair, CancellationToken cancellation)
    {
        if (!_symbols.TryGetValue(instrument, out var symbol))
            return NotRead(instrument);
        var answer = await _rest.Get(Path($"depth?symbol={Escaped(symbol)}&limit={_protocol.SnapshotDepth}"), cancellation);
        if (answer.Body is not { } body)
            return answer.Failure;
        return await Append(_records.Body(body, RawHeaders.SchemaDepthSnapshot, symbol, repair, range: null), cancellation);
    }

    public async Task<GatewayOutcome> RequestTrades(
        string instrument, long fromId, long toId, RepairTag? repair, CancellationToken cancellation)
    {
        if (!_symbols.TryGetValue(instrument, out var symbol))
            return NotRead(instrument);
        if (fromId < 0 || toId < fromId)
            return GatewayOutcome.Failed($"{fromId} to {toId} is not a range of trades");
        var method = _options.AggregateTrades ? "aggTrades" : "historicalTrades";
        // One more than the range can hold: it proves that what answers has come that far, and does not lag behind.
        var limit = Math.Min(_protocol.TradesPerPage, toId - fromId + 2);
        var answer = await _rest.Get(Path($"{method}?symbol={Escaped(symbol)}&fromId={fromId}&limit={limit}"), cancellation);
        if (answer.Body is not { } body)
            return answer.Failure;
        if (!TryIds(body, out var count, out var last))
            return GatewayOutcome.Failed($"the answer to {method} is not a list of trades");
        // A page that is not full is the end of what the venue has now, perhaps at a server that is behind: of what is above it says nothing.
        var isEnd = count < limit && last < toId;
        var upTo = isEnd || last >= toId ? toId : last;
        return upTo < fromId
            ? GatewayOutcome.Failed($"the answer to {method} stops before what was asked for")
            : await Append(
                _records.Body(
                    body, RawHeaders.SchemaTrades, symbol, repair, (fromId, upTo), isEnd ? Math.Max(last, fromId - 1) : null),
                cancellation);
    }

    public async Task<GatewayOutcome> RequestNewestTrade(string instrument, CancellationToken cancellation)
    {
        if (!_symbols.TryGetValue(instrument, out var symbol))
            return NotRead(instrument);
        var method = _options.AggregateTrades ? "aggTrades" : "trades";
        var answer = await _rest.Get(Path($"{method}?symbol={Escaped(symbol)}&limit=1"), cancellation);
        if (answer.Body is not { } body)
            return answer.Failure;
        if (!TryIds(body, out var count, out var last))
            return GatewayOutcome.Failed($"the answer to {method} is not a list of trades");
        return count == 0
            ? GatewayOutcome.Done
            : await Append(_records.Body(body, RawHeaders.SchemaTrades, symbol, repair: null, (last, last)), cancellation);
    }

    private async Task<GatewayOutcome> Append(RawRecord record, CancellationToken cancellation)
    {
        try
        {
            await _sink.Append(record, cancellation);
            return GatewayOutcome.Done;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return GatewayOutcome.Failed($"the answer could not be appended: {e.Message}");
        }
    }

    /// <summary>How many trades a body lists, and the highest id.</summary>
    private static bool TryIds(byte[] body, out int count, out long last)
    {
        (count, last) = (0, -1);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                return false;
            foreach (var trade in document.RootElement.EnumerateArray())
            {
                if (trade.ValueKind != JsonValueKind.Object
                    || !trade.TryGetProperty("id"u8, out var id) && !trade.TryGetProperty("a"u8, out id)
                    || id.ValueKind != JsonValueKind.Number
                    || !id.TryGetInt64(out var number))
                    return false;
                count++;
                last = Math.Max(last, number);
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static GatewayOutcome NotRead(string instrument) => GatewayOutcome.Failed($"{instrument} is not read");

    private static string Escaped(VenueSymbol symbol) => Uri.EscapeDataString(symbol.Name);

    private static string Path(FormattableString path) => path.ToString(CultureInfo.InvariantCulture);
}
