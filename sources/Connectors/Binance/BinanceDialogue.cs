using System.Globalization;
using System.Text;
using System.Text.Json;

namespace StreamForge.Sources.Connectors.Binance;

/// <summary>
/// The talk on a combined connection to Binance. The question that proves the link is <c>LIST_SUBSCRIPTIONS</c>: its answer also
/// proves the subscriptions.
/// </summary>
internal sealed class BinanceDialogue : IVenueDialogue
{
    // Commands are limited to a few a second and a connection; one carries many streams.
    private const int StreamsPerCommand = 200;

    // Ids of pings are above those of subscriptions.
    private const long FirstPing = 1_000_000;

    private readonly string[] _streams;
    private readonly Dictionary<string, VenueSymbol> _byPrefix;
    private readonly Dictionary<string, VenueSymbol>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private volatile string? _missing = "no subscription is confirmed yet";

    public BinanceDialogue(IReadOnlyList<VenueSymbol> symbols, IEnumerable<string> streams)
    {
        _streams = [.. streams];
        _byPrefix = symbols.ToDictionary(s => s.Name.ToLowerInvariant(), StringComparer.Ordinal);
        _lookup = _byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string? Missing => _missing;

    public IReadOnlyList<ReadOnlyMemory<byte>> Opening() =>
        [.. _streams.Chunk(StreamsPerCommand).Select((chunk, i) => Command("SUBSCRIBE", i + 1, chunk))];

    public ReadOnlyMemory<byte> Ping(long id) => Command("LIST_SUBSCRIPTIONS", FirstPing + id, streams: null);

    /// <summary>Books come by REST.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Resubscribe(VenueSymbol symbol) => [];

    public FrameReading Read(ReadOnlySpan<byte> frame)
    {
        if (frame.StartsWith("{\"stream\":\""u8))
            return new FrameReading(FrameKind.Data, SymbolOf(frame["{\"stream\":\""u8.Length..]));
        try
        {
            var reader = new Utf8JsonReader(frame);
            using var document = JsonDocument.ParseValue(ref reader);
            return ReadAnswer(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return new FrameReading(FrameKind.Data);
        }
    }

    private FrameReading ReadAnswer(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || message.TryGetProperty("data"u8, out _))
            return new FrameReading(FrameKind.Data);
        var id = message.TryGetProperty("id"u8, out var given) && given.ValueKind == JsonValueKind.Number
            && given.TryGetInt64(out var number) ? number : 0;
        if (message.TryGetProperty("error"u8, out var error) || message.TryGetProperty("code"u8, out error))
        {
            _missing = $"the venue refused a command: {error}";
            return new FrameReading(FrameKind.Answer, Refusal: error.ToString());
        }
        if (!message.TryGetProperty("result"u8, out var result))
            return new FrameReading(FrameKind.Data);
        if (id <= FirstPing || result.ValueKind != JsonValueKind.Array)
            return new FrameReading(FrameKind.Answer);
        var listed = result.EnumerateArray().Select(s => s.ToString()).ToHashSet(StringComparer.Ordinal);
        var absent = _streams.FirstOrDefault(s => !listed.Contains(s));
        _missing = absent is null ? null : $"{absent} is not subscribed";
        return new FrameReading(FrameKind.Pong, PingId: id - FirstPing);
    }

    private VenueSymbol? SymbolOf(ReadOnlySpan<byte> stream)
    {
        Span<char> text = stackalloc char[64];
        var at = stream[..Math.Min(stream.Length, text.Length)].IndexOf((byte)'@');
        return at > 0 && Encoding.UTF8.TryGetChars(stream[..at], text, out var length)
            && _lookup.TryGetValue(text[..length], out var symbol)
            ? symbol
            : null;
    }

    private static ReadOnlyMemory<byte> Command(string method, long id, IEnumerable<string>? streams)
    {
        var list = streams is null ? "" : $",\"params\":[{string.Join(',', streams.Select(s => $"\"{s}\""))}]";
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"method\":\"{method}\"{list},\"id\":{id}}}"));
    }
}
