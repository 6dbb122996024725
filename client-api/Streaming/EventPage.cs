using System.Buffers;
using System.Text;
using System.Text.Json;
using StreamForge.ClientApi.Rendering;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Streaming;

/// <summary>
/// A run of changes as the text of server-sent events, rendered once for all readers. Without events it is a sign of life.
/// </summary>
internal sealed class EventPage
{
    private readonly byte[] _text;
    private readonly (long Version, int Start)[] _events;

    private EventPage(string life, long from, long to, byte[] text, (long, int)[] events) =>
        (Life, From, To, _text, _events) = (life, from, to, text, events);

    public string Life { get; }

    /// <summary>The version that the run follows.</summary>
    public long From { get; }

    /// <summary>The version after the run.</summary>
    public long To { get; }

    public int EventCount => _events.Length;

    /// <summary>No change, at a version.</summary>
    public static EventPage Silence(string life, long version) => new(life, version, version, [], []);

    /// <summary>Renders the changes of <paramref name="page"/>, which follow version <paramref name="from"/>.</summary>
    public static EventPage Render(long from, StreamPage page)
    {
        var output = new ArrayBufferWriter<byte>(256 * Math.Max(1, page.Updates.Length));
        var events = new (long, int)[page.Updates.Length];
        using var json = new Utf8JsonWriter(output, JsonText.Options);
        for (var index = 0; index < events.Length; index++)
        {
            var update = page.Updates[index];
            events[index] = (update.Version, output.WrittenCount);
            output.Write(Encoding.UTF8.GetBytes($"id: {new EventId(page.Life, update.Version)}\nevent: {NameOf(update.Kind)}\ndata: "));
            WriteData(json, update);
            json.Flush();
            json.Reset();
            output.Write("\n\n"u8);
        }
        return new EventPage(page.Life, from, page.Version, output.WrittenSpan.ToArray(), events);
    }

    /// <summary>The text of the events after <paramref name="version"/>.</summary>
    public ReadOnlyMemory<byte> TextAfter(long version)
    {
        foreach (var (eventVersion, start) in _events)
            if (eventVersion > version)
                return _text.AsMemory(start);
        return default;
    }

    private static string NameOf(StreamUpdateKind kind) => kind switch
    {
        StreamUpdateKind.Book => "book",
        StreamUpdateKind.Trade => "trade",
        _ => "freshness",
    };

    private static void WriteData(Utf8JsonWriter json, StreamUpdate update)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, update.Sequence);
        json.WriteLevel("bestBid"u8, update.BestBid);
        json.WriteLevel("bestAsk"u8, update.BestAsk);
        json.WriteTrade("trade"u8, update.Trade);
        json.WriteString("status"u8, JsonText.Word(update.Status));
        json.WriteTime("eventTime"u8, update.EventTime);
        json.WriteEndObject();
    }
}
