using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>The REST side of Binance, under <c>/api/v3</c> (spot) or <c>/fapi/v1</c> (USD-M).</summary>
/// <remarks>
/// Two kindnesses that the venue does not have: <c>depth</c> takes any limit up to <see cref="MaxDepth"/>, and a book is served
/// with all levels that are known. So a repaired book can be compared with one that was never broken.
/// </remarks>
internal sealed class BinanceRest(SharedMarket market, TimeProvider time, ReadOnlyMemory<byte>? exchangeInfo)
{
    public const int MaxDepth = 100_000;
    private const int MaxTrades = 1000;

    public static string PathOf(RecordingVenue venue) => venue == RecordingVenue.BinanceUsdm ? "/fapi/v1" : "/api/v3";

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(PathOf(market.Venue));
        group.MapGet("/ping", () => Results.Bytes("{}"u8.ToArray(), "application/json"));
        group.MapGet("/time", () => Results.Json(new { serverTime = time.GetUtcNow().ToUnixTimeMilliseconds() }));
        group.MapGet("/exchangeInfo", () => Json(exchangeInfo?.ToArray() ?? WriteExchangeInfo()));
        group.MapGet("/depth", Depth);
        group.MapGet("/trades", (string? symbol, int? limit) => Trades(symbol, TradeStream.Trades, null, limit));
        group.MapGet("/historicalTrades", (string? symbol, long? fromId, int? limit) =>
            Trades(symbol, TradeStream.Trades, fromId, limit));
        group.MapGet("/aggTrades", (string? symbol, long? fromId, int? limit) =>
            Trades(symbol, TradeStream.Aggregated, fromId, limit));
    }

    private IResult Depth(string? symbol, int? limit)
    {
        if (symbol is null)
            return Error(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        if (limit is < 1 or > MaxDepth)
            return Error(-1130, "Data sent for parameter 'limit' is not valid.");
        var usual = market.Venue == RecordingVenue.BinanceUsdm ? 500 : 100;
        var (answer, _) = market.Snapshot(symbol, limit ?? usual);
        return answer.State switch
        {
            SnapshotState.Known => Json(answer.Body!),
            SnapshotState.UnknownSymbol => Error(-1121, "Invalid symbol."),
            _ => Error(-1001, "The recording does not tell the book of this symbol at this point.", 503),
        };
    }

    private IResult Trades(string? symbol, TradeStream stream, long? fromId, int? limit)
    {
        if (symbol is null)
            return Error(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        if (limit is < 1)
            return Error(-1130, "Data sent for parameter 'limit' is not valid.");
        var body = market.Trades(symbol, stream, fromId, Math.Min(limit ?? 500, MaxTrades));
        return body is null ? Error(-1121, "Invalid symbol.") : Json(body);
    }

    private static IResult Json(byte[] body) => Results.Bytes(body, "application/json");

    private static IResult Error(int code, string message, int status = 400) =>
        Results.Json(new { code, msg = message }, statusCode: status);

    private byte[] WriteExchangeInfo()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("timezone"u8, "UTC");
        json.WriteNumber("serverTime"u8, time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteStartArray("symbols"u8);
        foreach (var symbol in market.Known.Select(stream => stream.Symbol).Distinct(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("symbol"u8, symbol);
            json.WriteString("status"u8, "TRADING");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
