using System.Buffers;
using System.Text.Json;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>What a subscriber asked of one pair.</summary>
/// <param name="Name">The channel, <c>book</c> or <c>trade</c>.</param>
/// <param name="Depth">Levels a side of a book; 0 for other channels.</param>
/// <param name="RequestId">To be echoed.</param>
internal sealed record KrakenRequest(string Name, int Depth, long? RequestId);

/// <summary>The events that Kraken says on a connection.</summary>
internal static class KrakenAnswers
{
    public static byte[] SystemStatus(long connection) => Write(json =>
    {
        json.WriteNumber("connectionID"u8, connection);
        json.WriteString("event"u8, "systemStatus");
        json.WriteString("status"u8, "online");
        json.WriteString("version"u8, "1.8.3");
    });

    public static byte[] Pong(long? requestId) => Write(json =>
    {
        json.WriteString("event"u8, "pong");
        WriteRequestId(json, requestId);
    });

    public static byte[] Error(string message) => Write(json =>
    {
        json.WriteString("errorMessage"u8, message);
        json.WriteString("event"u8, "error");
    });

    public static byte[] Subscribed(string pair, KrakenChannel channel, KrakenRequest request) =>
        Status(pair, channel, request, "subscribed", null);

    public static byte[] Unsubscribed(string pair, KrakenChannel channel, KrakenRequest request) =>
        Status(pair, channel, request, "unsubscribed", null);

    public static byte[] Refused(string pair, KrakenRequest request, string reason) =>
        Status(pair, null, request, "error", reason);

    private static byte[] Status(string pair, KrakenChannel? channel, KrakenRequest request, string status, string? error) =>
        Write(json =>
        {
            if (channel is not null)
            {
                json.WriteNumber("channelID"u8, channel.Id);
                json.WriteString("channelName"u8, channel.Name);
            }

            if (error is not null)
                json.WriteString("errorMessage"u8, error);
            json.WriteString("event"u8, "subscriptionStatus");
            json.WriteString("pair"u8, pair);
            WriteRequestId(json, request.RequestId);
            json.WriteString("status"u8, status);
            json.WriteStartObject("subscription"u8);
            if (request.Depth > 0)
                json.WriteNumber("depth"u8, request.Depth);
            json.WriteString("name"u8, request.Name);
            json.WriteEndObject();
        });

    private static void WriteRequestId(Utf8JsonWriter json, long? requestId)
    {
        if (requestId is { } id)
            json.WriteNumber("reqid"u8, id);
    }

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        body(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
