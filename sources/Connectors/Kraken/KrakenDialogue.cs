using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StreamForge.Sources.Connectors.Kraken;

/// <summary>
/// The talk on a connection to Kraken. A subscription is confirmed by a <c>subscriptionStatus</c> of its own; a whole book is a frame
/// that begins <c>[channel,{"as":</c>.
/// </summary>
internal sealed class KrakenDialogue : IVenueDialogue
{
    private readonly IReadOnlyList<VenueSymbol> _symbols;
    private readonly Dictionary<string, VenueSymbol> _byPair;
    private readonly Dictionary<string, VenueSymbol>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly HashSet<string> _unconfirmed = new(StringComparer.Ordinal);
    private readonly string _book;
    private volatile string? _missing;

    public KrakenDialogue(IReadOnlyList<VenueSymbol> symbols, int depth)
    {
        _symbols = symbols;
        _byPair = symbols.ToDictionary(s => s.Name, StringComparer.Ordinal);
        _lookup = _byPair.GetAlternateLookup<ReadOnlySpan<char>>();
        _book = string.Create(CultureInfo.InvariantCulture, $$"""{"name":"book","depth":{{depth}}}""");
        foreach (var symbol in symbols)
        {
            _unconfirmed.Add($"book {symbol.Name}");
            _unconfirmed.Add($"trade {symbol.Name}");
        }
        Tell();
    }

    public string? Missing => _missing;

    public IReadOnlyList<ReadOnlyMemory<byte>> Opening() =>
    [
        KrakenProtocol.Command("subscribe", _symbols, _book),
        KrakenProtocol.Command("subscribe", _symbols, """{"name":"trade"}"""),
    ];

    public IReadOnlyList<ReadOnlyMemory<byte>> Resubscribe(VenueSymbol symbol) =>
    [
        KrakenProtocol.Command("unsubscribe", [symbol], _book),
        KrakenProtocol.Command("subscribe", [symbol], _book),
    ];

    public ReadOnlyMemory<byte> Ping(long id) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"event":"ping","reqid":{{id}}}"""));

    public FrameReading Read(ReadOnlySpan<byte> frame)
    {
        if (frame.IsEmpty || frame[0] != '{')
            return new FrameReading(IsBook(frame) && SymbolOf(frame) is not null ? FrameKind.Book : FrameKind.Data, SymbolOf(frame));
        // Heartbeats and what else has no part in the talk is not worth reading.
        if (frame.IndexOf("\"pong\""u8) < 0 && frame.IndexOf("\"subscriptionStatus\""u8) < 0)
            return new FrameReading(FrameKind.Data);
        try
        {
            var reader = new Utf8JsonReader(frame);
            using var document = JsonDocument.ParseValue(ref reader);
            return ReadEvent(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return new FrameReading(FrameKind.Data);
        }
    }

    private FrameReading ReadEvent(JsonElement message)
    {
        var kind = TextOf(message, "event"u8);
        if (kind == "pong" && message.TryGetProperty("reqid"u8, out var id) && id.TryGetInt64(out var ping))
            return new FrameReading(FrameKind.Pong, PingId: ping);
        if (kind != "subscriptionStatus" || TextOf(message, "pair"u8) is not { } pair)
            return new FrameReading(FrameKind.Data);
        var status = TextOf(message, "status"u8);
        var channel = message.TryGetProperty("subscription"u8, out var subscription) ? TextOf(subscription, "name"u8) : null;
        var symbol = _byPair.GetValueOrDefault(pair);
        if (status == "subscribed")
            _unconfirmed.Remove($"{channel} {pair}");
        else if (status == "error" && symbol is not null && !IsRepetition(message))
            _unconfirmed.Add($"{channel} {pair}");
        Tell();
        var refusal = status == "error" ? $"{channel} {pair}: {TextOf(message, "errorMessage"u8)}" : null;
        return new FrameReading(FrameKind.Data, symbol, Refusal: refusal);
    }

    /// <summary>Two repairs that overlapped: what was asked for stands.</summary>
    private static bool IsRepetition(JsonElement message) =>
        TextOf(message, "errorMessage"u8) is { } text
        && (text.Contains("already subscribed", StringComparison.OrdinalIgnoreCase)
            || text.Contains("not found", StringComparison.OrdinalIgnoreCase));

    private void Tell() => _missing = _unconfirmed.Count == 0
        ? null
        : $"{_unconfirmed.Count} subscriptions are not confirmed, {_unconfirmed.First()} among them";

    private static bool IsBook(ReadOnlySpan<byte> frame)
    {
        var comma = frame[..Math.Min(frame.Length, 32)].IndexOf((byte)',');
        return comma > 0 && frame[(comma + 1)..].StartsWith("{\"as\":"u8);
    }

    /// <summary>The pair is the last word of a frame: <c>...,"XBT/USD"]</c>.</summary>
    private VenueSymbol? SymbolOf(ReadOnlySpan<byte> frame)
    {
        if (!frame.EndsWith("\"]"u8))
            return null;
        var word = frame[..^2];
        word = word[(word.LastIndexOf((byte)'"') + 1)..];
        Span<char> text = stackalloc char[32];
        return word.Length <= text.Length && Encoding.UTF8.TryGetChars(word, text, out var length)
            && _lookup.TryGetValue(text[..length], out var symbol)
            ? symbol
            : null;
    }

    private static string? TextOf(JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
