using System.Text;
using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Embedded.Simulation;
using StreamForge.Silo.Integrity;
using StreamForge.Sources.Connectors;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Market;

/// <summary>
/// The connector without its sockets: the platform's own rules of the link (<see cref="LinkWatch"/>), its records, its gateway and its
/// governor, between the simulated venue and the raw topic. It runs on a node and dies with it.
/// </summary>
internal sealed class SimulatedConnector(
    SimulatedWorld world, Venue venue, IRawSink sink, ISourceGateway gateway, SourcePermits permits, IIdSource permitIds,
    ConnectorIds ids, TimeProvider clock)
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ResyncGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly LinkWatch _watch = new(Silence);
    private readonly RawRecordFactory _records = new("binance", clock, ids);
    private readonly Queue<RawRecord> _waiting = new();
    private readonly Dictionary<string, VenueSymbol> _symbols = venue.Instruments
        .ToDictionary(i => i.Instrument, i => new VenueSymbol(i.Symbol, i.Instrument), StringComparer.Ordinal);

    private readonly ReadOnlyMemory<byte> _name = Encoding.UTF8.GetBytes("binance#0");
    private TaskCompletionSource? _wake;
    private VenueLink? _link;
    private long _handed;
    private long _acknowledged;
    private readonly SortedSet<string> _unasked = new(StringComparer.Ordinal);
    private TimeSpan _resyncBegun;
    private int _lives;

    /// <summary>Runs for ever, or until its node dies.</summary>
    public void Start()
    {
        _ = KeepConnected();
        _ = KeepAppending();
        _ = KeepProving();
        _ = KeepWatermarks();
    }

    private string? Missing =>
        _unasked.Count > 0 && world.Elapsed - _resyncBegun < ResyncGrace ? $"{_unasked.Count} symbols are still to be asked for" : null;

    private async Task KeepConnected()
    {
        while (true)
        {
            await Task.Delay(world.Chance(Pause), world.Time);
            var link = _link = venue.Connect();
            var life = ids.NewId(8);
            _watch.Opened(clock.GetUtcNow());
            _resyncBegun = world.Elapsed;
            _unasked.UnionWith(_symbols.Keys);
            _lives++;
            _ = Resync(_lives);
            for (var frames = 1; ; frames++)
            {
                var sign = await link.Next();
                if (sign.Closed is { } reason)
                {
                    _watch.Closed(reason);
                    break;
                }

                Take(sign, $"{life}-{frames}");
            }
        }
    }

    private void Take(in LinkSign sign, string eventId)
    {
        var now = clock.GetUtcNow();
        if (sign.Frame is not { } frame)
        {
            _watch.Answered(sign.PingId, _handed);
            return;
        }

        _watch.Received(now);
        _waiting.Enqueue(_records.Frame(frame, _symbols[sign.Instrument!], _name, eventId, repair: null));
        _handed++;
        _wake?.TrySetResult();
    }

    /// <summary>One record after the other, each as often as it takes.</summary>
    private async Task KeepAppending()
    {
        while (true)
        {
            if (!_waiting.TryPeek(out var record))
            {
                _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await _wake.Task;
                continue;
            }

            try
            {
                await sink.Append(record, CancellationToken.None);
                _waiting.Dequeue();
                _acknowledged++;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Task.Delay(world.Chance(Pause), world.Time);
            }
        }
    }

    private async Task KeepProving()
    {
        while (true)
        {
            await Task.Delay(PingEvery, world.Time);
            var now = clock.GetUtcNow();
            if (_link is not { IsClosed: false } link)
                continue;
            if (_watch.IsSilent(now))
            {
                link.Close("no sign of life");
                continue;
            }

            venue.Truth.Claim(now, world.Elapsed);
            link.Ping(_watch.Ask(now, Missing is null));
        }
    }

    private async Task KeepWatermarks()
    {
        while (true)
        {
            await Task.Delay(PingEvery, world.Time);
            var report = _watch.Report(clock.GetUtcNow(), _acknowledged, Missing);
            if (report.Through is not { } through)
                continue;
            var word = new SourceWatermark
            {
                Source = "binance",
                Through = through,
                Up = report.Up,
                Reason = report.Reason,
                Unasked = report.Up && _unasked.Count > 0 ? _unasked.ToHashSet(StringComparer.Ordinal) : null,
            };
            try
            {
                await sink.AppendToAll(_records.Watermark(JsonSerializer.SerializeToUtf8Bytes(word)), CancellationToken.None);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The next one says all that this one would have said.
            }
        }
    }

    private async Task Resync(int life)
    {
        foreach (var symbol in _symbols.Values)
        {
            await Insist(life, symbol, token => gateway.RequestDepthSnapshot(symbol.Instrument, null, token));
            await Insist(life, symbol, token => gateway.RequestNewestTrade(symbol.Instrument, token));
            if (life != _lives)
                return;
            _unasked.Remove(symbol.Instrument);
        }
    }

    private async Task Insist(int life, VenueSymbol symbol, Func<CancellationToken, Task<GatewayOutcome>> ask)
    {
        while (life == _lives)
        {
            var ticket = new PermitTicket { Id = permitIds.NewId(), Group = symbol.Instrument };
            var outcome = await permits.Use(
                SourcePermits.SourceOf(symbol.Instrument), ticket, async token => VenueGateway.OutcomeOf(await ask(token)), CancellationToken.None);
            if (outcome.Answered)
                return;
            await Task.Delay(outcome.RetryAfter ?? Pause, world.Time);
        }
    }
}

/// <summary>Carries repairs to the venue's own gateway.</summary>
internal sealed class VenueGateway(ISourceGateway gateway) : IRepairGateway
{
    public async Task<RepairOutcome> Ask(RepairRequest request, CancellationToken cancellation) => OutcomeOf(request.Kind switch
    {
        RepairKind.Trades => await gateway.RequestTrades(request.Entity, request.From!.Value, request.To!.Value, TagOf(request), cancellation),
        _ => await gateway.RequestDepthSnapshot(request.Entity, TagOf(request), cancellation),
    });

    private static RepairTag TagOf(RepairRequest request) => new(request.Id, request.TraceParent);

    public static RepairOutcome OutcomeOf(GatewayOutcome outcome) => new(outcome.Answered, outcome.Reason, outcome.RetryAfter, outcome.Unknown);
}
