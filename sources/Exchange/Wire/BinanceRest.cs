using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>The REST side of Binance, under <c>/api/v3</c> (spot) or <c>/fapi/v1</c> (USD-M).</summary>
/// <remarks>
/// Two kindnesses that the venue does not have: <c>depth</c> takes any limit up to <see cref="MaxDepth"/>, and a book is served
/// with all levels that are known. So a repaired book can be compared with one that was never broken.
/// </remarks>
internal sealed class BinanceRest(
    SharedMarket market, FaultCenter faults, TimeProvider time, ReadOnlyMemory<byte>? exchangeInfo)
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
        group.MapGet("/trades", (string? symbol, int? limit, HttpContext context) =>
            Trades(symbol, TradeStream.Trades, null, limit, context));
        group.MapGet("/historicalTrades", (string? symbol, long? fromId, int? limit, HttpContext context) =>
            Trades(symbol, TradeStream.Trades, fromId, limit, context));
        group.MapGet("/aggTrades", (string? symbol, long? fromId, int? limit, HttpContext context) =>
            Trades(symbol, TradeStream.Aggregated, fromId, limit, context));
    }

    private async Task<IResult> Depth(string? symbol, int? limit, HttpContext context)
    {
        if (symbol is null)
            return Error(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        if (limit is < 1 or > MaxDepth)
            return Error(-1130, "Data sent for parameter 'limit' is not valid.");
        var usual = market.Venue == RecordingVenue.BinanceUsdm ? 500 : 100;
        var stale = faults.TryGetServed(symbol, out var served);
        var fault = faults.Requests.OnSnapshot(symbol, stale);
        if (fault?.Kind == FaultKind.StaleSnapshot)
            return Json(served.Body!);
        if (fault?.Kind == FaultKind.SlowSnapshot)
            await Task.Delay(fault.Duration, time, context.RequestAborted);
        else if (fault is not null)
            return await FailAsync(fault, context);

        var (answer, _) = market.Snapshot(symbol, limit ?? usual);
        if (answer.State == SnapshotState.UnknownSymbol)
            return Error(-1121, "Invalid symbol.");
        if (answer.State == SnapshotState.NotYet)
            return Error(-1001, "The recording does not tell the book of this symbol at this point.", 503);
        faults.Remember(symbol, answer);
        return Json(answer.Body!);
    }

    private async Task<IResult> FailAsync(FaultRule fault, HttpContext context)
    {
        if (fault.Status == 0)
        {
            await Task.Delay(fault.Duration, time, context.RequestAborted);
            context.Abort();
            return Results.Empty;
        }

        if (fault.Status is 429 or 418 or 503)
            context.Response.Headers.RetryAfter = "1";
        return Error(-1000, "An unknown error occurred while processing the request.", fault.Status);
    }

    private async Task<IResult> Trades(string? symbol, TradeStream stream, long? fromId, int? limit, HttpContext context)
    {
        if (symbol is null)
            return Error(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
        if (limit is < 1)
            return Error(-1130, "Data sent for parameter 'limit' is not valid.");
        if (faults.Requests.OnTrades(symbol, fromId) is { } fault)
            return await FailAsync(fault, context);
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
