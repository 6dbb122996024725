using System.Text.Json;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>
/// What the exchange needs to know of a Kraken (v1) message: <c>[channelID, payload, …, "book-1000", "XBT/USD"]</c>, or an event
/// object.
/// </summary>
internal struct KrakenMessage
{
    public string? ChannelName;
    public string? Pair;
    public long ChannelId;
    public bool IsSnapshot;
    public bool IsEvent;

    /// <summary><c>book-1000</c> without its depth.</summary>
    public readonly string Channel => ChannelName!.Split('-')[0];

    /// <summary>The depth of <c>book-1000</c>; 0 where there is none.</summary>
    public readonly int Depth =>
        ChannelName!.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash
        && int.TryParse(ChannelName.AsSpan(dash + 1), out var depth) ? depth : 0;

    /// <exception cref="JsonException">The bytes are not JSON, or not of that form.</exception>
    public static KrakenMessage Read(ReadOnlySpan<byte> bytes)
    {
        var json = new Utf8JsonReader(bytes);
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.StartArray => ReadData(ref json),
            JsonTokenType.StartObject => ReadEvent(ref json),
            _ => throw new JsonException("neither an array nor an object"),
        };
    }

    private static KrakenMessage ReadData(ref Utf8JsonReader json)
    {
        var message = new KrakenMessage();
        json.Read();
        if (json.TokenType != JsonTokenType.Number)
            throw new JsonException("no channel");
        message.ChannelId = json.GetInt64();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.String)
            {
                (message.ChannelName, message.Pair) =
                    message.ChannelName is null ? (json.GetString(), null) : (message.ChannelName, json.GetString());
                continue;
            }

            if (json.TokenType == JsonTokenType.StartObject && PeekSnapshot(json))
                message.IsSnapshot = true;
            json.Skip();
        }

        if (message.ChannelName is null || message.Pair is null)
            throw new JsonException("no channel name or pair");
        return message;
    }

    private static bool PeekSnapshot(Utf8JsonReader json) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName
        && (json.ValueTextEquals("as"u8) || json.ValueTextEquals("bs"u8));

    private static KrakenMessage ReadEvent(ref Utf8JsonReader json)
    {
        var message = new KrakenMessage { IsEvent = true };
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var channel = json.ValueTextEquals("channelName"u8);
            var pair = json.ValueTextEquals("pair"u8);
            var id = json.ValueTextEquals("channelID"u8);
            json.Read();
            if (channel)
                message.ChannelName = json.GetString();
            else if (pair && json.TokenType == JsonTokenType.String)
                message.Pair = json.GetString();
            else if (id)
                message.ChannelId = json.GetInt64();
            else
                json.Skip();
        }

        return message;
    }
}
