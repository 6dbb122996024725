using System.Collections.Concurrent;
using System.Text.Json;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>
/// A Kraken (API version 1) connection: <c>subscribe</c> and <c>unsubscribe</c> of channels and pairs, <c>ping</c>, a heartbeat a
/// second when nothing else is said. Every subscription to a book begins with a snapshot: the recorded one for those who
/// subscribed before its time, later one of the present point.
/// </summary>
internal sealed class KrakenSession : Session
{
    private const int DefaultDepth = 10;
    private static readonly string[] _channelNames = ["book", "trade", "ticker", "ohlc", "spread"];
    private static readonly byte[] _heartbeat = [.. "{\"event\":\"heartbeat\"}"u8];

    private readonly SharedMarket _market;
    private readonly KrakenChannels _channels;
    private readonly RestMeter _meter;
    private readonly ConcurrentDictionary<StreamKey, Subscription> _streams = new();

    public KrakenSession(
        Connection connection, Hub hub, SharedMarket market, KrakenChannels channels, RestMeter meter, TimeSpan heartbeat,
        TimeProvider time)
        : base(connection, hub, time)
    {
        _market = market;
        _channels = channels;
        _meter = meter;
        QuietInterval = heartbeat;
        Send(KrakenAnswers.SystemStatus(connection.Id));
    }

    public override IReadOnlyCollection<string> Subscriptions => [.. _streams.Keys.Select(stream => stream.Name)];

    protected override TimeSpan QuietInterval { get; }

    public override bool IsSubscribed(StreamKey stream) => _streams.ContainsKey(stream);

    public override bool Wants(in MarketFrame frame, long number, out ReadOnlyMemory<byte> bytes)
    {
        bytes = frame.Bytes;
        if (!_streams.TryGetValue(frame.Stream, out var subscription))
            return false;
        if (!frame.IsSnapshot)
            return subscription.HasSnapshot && number > subscription.Since;
        if (subscription.HasSnapshot)
            return false;
        _streams.TryUpdate(frame.Stream, new Subscription(number, true), subscription);
        return true;
    }

    protected override ValueTask OnQuietAsync(CancellationToken cancellation) =>
        _streams.IsEmpty ? ValueTask.CompletedTask : SayAsync(_heartbeat, cancellation);

    protected override ValueTask OnCommandAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        try
        {
            using var document = JsonDocument.Parse(command);
            Obey(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            Send(KrakenAnswers.Error("Malformed request"));
        }

        return ValueTask.CompletedTask;
    }

    private void Obey(JsonElement command)
    {
        var requestId = command.TryGetProperty("reqid"u8, out var id) ? id.GetInt64() : (long?)null;
        switch (command.GetProperty("event"u8).GetString())
        {
            case "ping":
                Send(KrakenAnswers.Pong(requestId));
                break;
            case "subscribe":
                ForEachPair(command, (pair, request) => Subscribe(pair, request with { RequestId = requestId }));
                Hub.Changed.Raise();
                break;
            case "unsubscribe":
                ForEachPair(command, (pair, request) => Unsubscribe(pair, request with { RequestId = requestId }));
                Hub.Changed.Raise();
                break;
            default:
                Send(KrakenAnswers.Error("Unsupported event"));
                break;
        }
    }

    private static void ForEachPair(JsonElement command, Action<string, KrakenRequest> act)
    {
        var subscription = command.GetProperty("subscription"u8);
        var name = subscription.GetProperty("name"u8).GetString()!;
        var depth = subscription.TryGetProperty("depth"u8, out var given) ? given.GetInt32() : DefaultDepth;
        foreach (var pair in command.GetProperty("pair"u8).EnumerateArray())
            act(pair.GetString()!, new KrakenRequest(name, name == "book" ? depth : 0, null));
    }

    private void Subscribe(string pair, KrakenRequest request)
    {
        var stream = _market.Streams.OfKraken(request.Name, pair);
        if (Refusal(stream, request) is { } reason)
        {
            Send(KrakenAnswers.Refused(pair, request, reason));
            return;
        }

        var channel = _channels.Of(stream);
        if (stream.Kind != "book")
        {
            _streams[stream] = new Subscription(_market.Frames, true);
            Send(KrakenAnswers.Subscribed(pair, channel, request));
            return;
        }

        _meter.Count("subscribe.book");
        _market.Snapshot(pair, channel.Depth, (answer, number) =>
        {
            var known = answer.State == SnapshotState.Known;
            Send(KrakenAnswers.Subscribed(pair, channel, request));
            if (known)
                Send(answer.Body);
            _streams[stream] = new Subscription(number, known);
        });
    }

    private string? Refusal(StreamKey stream, KrakenRequest request)
    {
        if (!_channelNames.Contains(request.Name, StringComparer.Ordinal))
            return "Subscription name invalid";
        if (!_channels.HasPair(stream.Symbol))
            return $"Currency pair not supported {stream.Symbol}";
        return request.Name == "book" && _channels.Of(stream).Depth != request.Depth
            ? "Subscription depth not supported"
            : null;
    }

    private void Unsubscribe(string pair, KrakenRequest request)
    {
        var stream = _market.Streams.OfKraken(request.Name, pair);
        Send(_streams.TryRemove(stream, out _)
            ? KrakenAnswers.Unsubscribed(pair, _channels.Of(stream), request)
            : KrakenAnswers.Refused(pair, request, "Subscription Not Found"));
    }

    /// <param name="Since">Frames up to this number are not for the subscriber: older, or in its snapshot.</param>
    /// <param name="HasSnapshot">Updates may be sent.</param>
    private sealed record Subscription(long Since, bool HasSnapshot);
}
