using System.Buffers;
using System.Text.Json;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>The trades of one stream up to the present point, by id; the oldest go when there are too many.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class TradeHistory(int capacity)
{
    private readonly List<(long Id, ReadOnlyMemory<byte> Data)> _trades = [];

    public long NewestId => _trades.Count == 0 ? 0 : _trades[^1].Id;

    /// <summary>Adds a trade: the message of the trade stream. One that is not newer than the newest is passed over.</summary>
    public void Add(long id, ReadOnlyMemory<byte> data)
    {
        if (id <= NewestId && _trades.Count > 0)
            return;
        if (_trades.Count >= capacity * 2)
            _trades.RemoveRange(0, _trades.Count - capacity);
        _trades.Add((id, data));
    }

    /// <summary>Writes those at or after <paramref name="fromId"/>, or the newest, as the venue's REST answers write them.</summary>
    public byte[] Write(TradeStream stream, bool spot, long? fromId, int limit)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        var start = fromId is { } id ? IndexOf(id) : Math.Max(0, _trades.Count - limit);
        for (var i = start; i < _trades.Count && i < start + limit; i++)
        {
            if (stream == TradeStream.Trades)
                WriteTrade(json, _trades[i].Data.Span, spot);
            else
                WriteAggregated(json, _trades[i].Data.Span);
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private int IndexOf(long id)
    {
        int low = 0, high = _trades.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_trades[middle].Id < id)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static void WriteTrade(Utf8JsonWriter json, ReadOnlySpan<byte> data, bool spot)
    {
        using var document = Parse(data);
        var trade = document.RootElement;
        var price = trade.GetProperty("p"u8).GetString()!;
        var quantity = trade.GetProperty("q"u8).GetString()!;
        json.WriteStartObject();
        json.WriteNumber("id"u8, trade.GetProperty("t"u8).GetInt64());
        json.WriteString("price"u8, price);
        json.WriteString("qty"u8, quantity);
        var quote = decimal.Parse(price) * decimal.Parse(quantity);
        json.WriteString("quoteQty"u8, spot ? quote.ToString("F8") : quote.ToString());
        json.WriteNumber("time"u8, trade.GetProperty("T"u8).GetInt64());
        json.WriteBoolean("isBuyerMaker"u8, trade.GetProperty("m"u8).GetBoolean());
        if (spot)
            json.WriteBoolean("isBestMatch"u8, true);
        json.WriteEndObject();
    }

    private static void WriteAggregated(Utf8JsonWriter json, ReadOnlySpan<byte> data)
    {
        using var document = Parse(data);
        json.WriteStartObject();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            // The REST answer has the fields of the stream, without event type, event time and symbol.
            if (property.Name is not ("e" or "E" or "s"))
                property.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static JsonDocument Parse(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        return JsonDocument.ParseValue(ref reader);
    }
}
