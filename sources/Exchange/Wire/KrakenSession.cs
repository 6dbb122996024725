using System.Collections.Concurrent;
using System.Text.Json;
using StreamForge.Sources.Exchange.Faults;
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
    private readonly FaultCenter _faults;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<StreamKey, Subscription> _streams = new();

    public KrakenSession(
        Connection connection, Hub hub, SharedMarket market, KrakenChannels channels, RestMeter meter, FaultCenter faults,
        TimeSpan heartbeat, TimeProvider time)
        : base(connection, hub, time)
    {
        _market = market;
        _channels = channels;
        _meter = meter;
        _faults = faults;
        _time = time;
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

    protected override async ValueTask OnCommandAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        try
        {
            using var document = JsonDocument.Parse(command);
            await ObeyAsync(document.RootElement, cancellation);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            Send(KrakenAnswers.Error("Malformed request"));
        }
    }

    private async ValueTask ObeyAsync(JsonElement command, CancellationToken cancellation)
    {
        var requestId = command.TryGetProperty("reqid"u8, out var id) ? id.GetInt64() : (long?)null;
        switch (command.GetProperty("event"u8).GetString())
        {
            case "ping":
                Send(KrakenAnswers.Pong(requestId));
                break;
            case "subscribe":
                foreach (var (pair, request) in Pairs(command, requestId))
                    await SubscribeAsync(pair, request, cancellation);
                Hub.Changed.Raise();
                break;
            case "unsubscribe":
                foreach (var (pair, request) in Pairs(command, requestId))
                    Unsubscribe(pair, request);
                Hub.Changed.Raise();
                break;
            default:
                Send(KrakenAnswers.Error("Unsupported event"));
                break;
        }
    }

    private static List<(string Pair, KrakenRequest Request)> Pairs(JsonElement command, long? requestId)
    {
        var subscription = command.GetProperty("subscription"u8);
        var name = subscription.GetProperty("name"u8).GetString()!;
        var depth = subscription.TryGetProperty("depth"u8, out var given) ? given.GetInt32() : DefaultDepth;
        var request = new KrakenRequest(name, name == "book" ? depth : 0, requestId);
        return [.. command.GetProperty("pair"u8).EnumerateArray().Select(pair => (pair.GetString()!, request))];
    }

    private async ValueTask SubscribeAsync(string pair, KrakenRequest request, CancellationToken cancellation)
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
        var canBeStale = _faults.TryGetServed(pair, out var served);
        var fault = _faults.Requests.OnSnapshot(pair, canBeStale);
        if (fault?.Kind == FaultKind.FailingSnapshot)
        {
            if (fault.Status != 0)
                Send(KrakenAnswers.Refused(pair, request, "Internal server error"));
            return;
        }

        if (fault?.Kind == FaultKind.SlowSnapshot)
            await Task.Delay(fault.Duration, _time, cancellation);
        TakeBook(pair, request, channel, fault?.Kind == FaultKind.StaleSnapshot ? served : null);
    }

    private void TakeBook(string pair, KrakenRequest request, KrakenChannel channel, SnapshotAnswer? stale)
    {
        var stream = _market.Streams.OfKraken(request.Name, pair);
        _market.Snapshot(pair, channel.Depth, (answer, number) =>
        {
            Send(KrakenAnswers.Subscribed(pair, channel, request));
            var known = answer.State == SnapshotState.Known;
            if (known)
            {
                Send((stale ?? answer).Body);
                _faults.Remember(pair, stale ?? answer);
            }

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
