using System.Buffers;
using System.Text.Json;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>
/// A Binance market stream connection: combined (<c>/stream?streams=…</c>) or raw (<c>/ws</c>), with SUBSCRIBE, UNSUBSCRIBE and
/// LIST_SUBSCRIPTIONS commands.
/// </summary>
internal sealed class BinanceSession : Session
{
    private readonly StreamCatalog _catalog;
    private readonly bool _combined;
    private readonly Lock _lock = new();
    private Dictionary<StreamKey, string> _streams;

    /// <param name="combined">Whether messages come in the combined form.</param>
    /// <param name="streams">Names subscribed to by the address.</param>
    public BinanceSession(
        Connection connection, Hub hub, StreamCatalog catalog, bool combined, IEnumerable<string> streams,
        TimeSpan pingInterval, TimeProvider time)
        : base(connection, hub, time)
    {
        _catalog = catalog;
        _combined = combined;
        QuietInterval = pingInterval;
        _streams = [];
        Change(streams, subscribe: true);
    }

    public override IReadOnlyCollection<string> Subscriptions => Volatile.Read(ref _streams).Values;

    protected override TimeSpan QuietInterval { get; }

    public override bool IsSubscribed(StreamKey stream) => Volatile.Read(ref _streams).ContainsKey(stream);

    public override bool Wants(in MarketFrame frame, long number, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (!IsSubscribed(frame.Stream))
            return false;
        bytes = _combined ? frame.Bytes : frame.Data;
        return true;
    }

    protected override ValueTask OnQuietAsync(CancellationToken cancellation) => PingAsync(cancellation);

    protected override ValueTask OnCommandAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        Send(Answer(command));
        return ValueTask.CompletedTask;
    }

    private byte[] Answer(ReadOnlyMemory<byte> command)
    {
        try
        {
            using var document = JsonDocument.Parse(command);
            return Answer(document.RootElement);
        }
        catch (JsonException)
        {
            return [.. """{"code":3,"msg":"Invalid JSON"}"""u8];
        }
    }

    private byte[] Answer(JsonElement command)
    {
        if (command.ValueKind != JsonValueKind.Object)
            return Write(default, json => WriteError(json, 2, "Invalid request: request must be an object"));
        var id = command.TryGetProperty("id"u8, out var given) ? given : default;
        var method = command.TryGetProperty("method"u8, out var text) ? text.ToString() : null;
        switch (method)
        {
            case "SUBSCRIBE" or "UNSUBSCRIBE":
                if (!command.TryGetProperty("params"u8, out var names) || names.ValueKind != JsonValueKind.Array)
                    return Write(id, json => WriteError(json, 2, "Invalid request: params must be an array"));
                Change(names.EnumerateArray().Select(name => name.ToString()), subscribe: method == "SUBSCRIBE");
                return Write(id, json => json.WriteNull("result"u8));
            case "LIST_SUBSCRIPTIONS":
                return Write(id, WriteSubscriptions);
            default:
                return Write(id, json => WriteError(json, 2, $"Invalid request: unknown method '{method}'"));
        }
    }

    private void Change(IEnumerable<string> names, bool subscribe)
    {
        lock (_lock)
        {
            var streams = new Dictionary<StreamKey, string>(_streams);
            foreach (var name in names)
            {
                if (_catalog.OfBinance(name) is not { } stream)
                    continue;
                if (subscribe)
                    streams[stream] = name;
                else
                    streams.Remove(stream);
            }

            Volatile.Write(ref _streams, streams);
        }

        Hub.Changed.Raise();
    }

    private void WriteSubscriptions(Utf8JsonWriter json)
    {
        json.WriteStartArray("result"u8);
        foreach (var name in Subscriptions)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter json, int code, string message)
    {
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, code);
        json.WriteString("msg"u8, message);
        json.WriteEndObject();
    }

    private static byte[] Write(JsonElement id, Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        body(json);
        json.WritePropertyName("id"u8);
        if (id.ValueKind is JsonValueKind.Number or JsonValueKind.String)
            id.WriteTo(json);
        else
            json.WriteNullValue();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
