using System.Buffers;
using System.Text.Json;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>The exchange's own book of one Kraken pair, cut to the subscribed depth after every update, as the venue's is.</summary>
/// <param name="depth">Levels a side.</param>
internal sealed class KrakenBook(int depth)
{
    private readonly PriceLadder _bids = new(highestFirst: true);
    private readonly PriceLadder _asks = new(highestFirst: false);

    public bool IsKnown { get; private set; }

    /// <summary>Applies a recorded message of the book: a snapshot or updates.</summary>
    public void Apply(ReadOnlySpan<byte> bytes, bool isSnapshot)
    {
        if (isSnapshot)
        {
            _bids.Clear();
            _asks.Clear();
            IsKnown = true;
        }

        if (!IsKnown)
            return;
        var json = new Utf8JsonReader(bytes);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
                continue;
            var bids = json.ValueTextEquals("b"u8) || json.ValueTextEquals("bs"u8);
            var asks = json.ValueTextEquals("a"u8) || json.ValueTextEquals("as"u8);
            json.Read();
            if (bids)
                _bids.Apply(ref json);
            else if (asks)
                _asks.Apply(ref json);
        }

        _bids.Truncate(depth);
        _asks.Truncate(depth);
    }

    /// <summary>The snapshot message of a subscription.</summary>
    public byte[] Write(long channelId, string channelName, string pair)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        json.WriteNumberValue(channelId);
        json.WriteStartObject();
        json.WritePropertyName("as"u8);
        _asks.Write(json, depth);
        json.WritePropertyName("bs"u8);
        _bids.Write(json, depth);
        json.WriteEndObject();
        json.WriteStringValue(channelName);
        json.WriteStringValue(pair);
        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
