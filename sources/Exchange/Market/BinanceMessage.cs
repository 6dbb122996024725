using System.Text.Json;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>What the exchange needs to know of a Binance message, read in one pass and without its levels.</summary>
internal struct BinanceMessage
{
    public StreamKey? Stream;
    public string? Symbol;
    public string? Event;
    public int DataStart;
    public int DataLength;

    /// <summary><c>U</c>, or the id of a trade.</summary>
    public long First;

    /// <summary><c>u</c>, or the id of a trade.</summary>
    public long Last;

    /// <summary><c>pu</c>; -1 where there is none.</summary>
    public long Previous;

    /// <summary><c>lastUpdateId</c> of a REST snapshot; 0 where there is none.</summary>
    public long SnapshotId;

    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static BinanceMessage Read(ReadOnlySpan<byte> bytes, StreamCatalog catalog)
    {
        var message = new BinanceMessage { Previous = -1, DataLength = bytes.Length };
        var json = new Utf8JsonReader(bytes);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return message;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("stream"u8))
            {
                json.Read();
                message.Stream = json.TokenType == JsonTokenType.String ? catalog.OfBinance(json.ValueSpan) : null;
            }
            else if (json.ValueTextEquals("data"u8))
            {
                json.Read();
                message.DataStart = (int)json.TokenStartIndex;
                if (json.TokenType == JsonTokenType.StartObject)
                {
                    while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                        message.ReadField(ref json);
                }

                message.DataLength = (int)json.BytesConsumed - message.DataStart;
            }
            else
            {
                message.ReadField(ref json);
            }
        }

        message.Stream ??= message.Guess(catalog);
        return message;
    }

    /// <summary>A capture of raw streams names neither stream nor wrapper: event and symbol tell.</summary>
    private readonly StreamKey? Guess(StreamCatalog catalog)
    {
        if (Symbol is null)
            return null;
        var kind = Event switch
        {
            "depthUpdate" => "depth",
            "trade" or "aggTrade" or "bookTicker" => Event,
            null when Last > 0 => "bookTicker",
            _ => null,
        };
        return kind is null ? null : catalog.OfBinance($"{Symbol.ToLowerInvariant()}@{kind}");
    }

    private void ReadField(ref Utf8JsonReader json)
    {
        if (json.ValueSpan.Length > 2)
        {
            var isSnapshot = json.ValueTextEquals("lastUpdateId"u8);
            json.Read();
            if (isSnapshot)
                _ = json.TokenType == JsonTokenType.Number && json.TryGetInt64(out SnapshotId);
            json.Skip();
            return;
        }

        var two = json.ValueTextEquals("pu"u8);
        var letter = json.ValueSpan.Length == 1 ? json.ValueSpan[0] : (byte)0;
        json.Read();
        switch (letter)
        {
            case (byte)'e' when json.TokenType == JsonTokenType.String:
                Event = json.ValueTextEquals("depthUpdate"u8) ? "depthUpdate" : json.GetString();
                break;
            case (byte)'s' when json.TokenType == JsonTokenType.String:
                Symbol = json.GetString();
                break;
            case (byte)'U' when json.TokenType == JsonTokenType.Number:
                First = json.GetInt64();
                break;
            case (byte)'u' when json.TokenType == JsonTokenType.Number:
                Last = json.GetInt64();
                First = First == 0 ? Last : First;
                break;
            case (byte)'t' or (byte)'a' when json.TokenType == JsonTokenType.Number:
                First = Last = json.GetInt64();
                break;
            default:
                if (two && json.TokenType == JsonTokenType.Number)
                    Previous = json.GetInt64();
                json.Skip();
                break;
        }
    }

    /// <summary>Whether a diff continues a snapshot: the venue's bridging rule.</summary>
    public readonly bool Bridges(RecordingVenue venue, long snapshotId) =>
        venue == RecordingVenue.BinanceUsdm
            ? First <= snapshotId && snapshotId <= Last
            : First <= snapshotId + 1 && snapshotId + 1 <= Last;
}
