using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Exchange.Wire;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Playback;

/// <summary>
/// Plays a market to the subscribers: at its own pace, faster, as fast as they read, or frame by frame on command. The market
/// moves under its lock, then the frame goes out; so whatever is asked in between is answered as of a frame that is on its way.
/// </summary>
internal sealed class Player
{
    private readonly SharedMarket _market;
    private readonly Hub _hub;
    private readonly FrameDispatcher _dispatcher;
    private readonly PlaybackOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FramePacer _pacer;
    private readonly Channel<AdvanceCommand> _commands = Channel.CreateUnbounded<AdvanceCommand>();
    private long _firstNanos;
    private long _lastNanos;
    private long _startedAt;
    private volatile bool _paused;
    private volatile bool _released;
    private volatile PlaybackState _state = PlaybackState.Waiting;
    private volatile string? _reason;

    public Player(
        SharedMarket market, Hub hub, FrameDispatcher dispatcher, PlaybackOptions options, TimeProvider time, ILogger logger)
    {
        _market = market;
        _hub = hub;
        _dispatcher = dispatcher;
        _options = options;
        _time = time;
        _logger = logger;
        _pacer = new FramePacer(time, options.Speed);
    }

    /// <summary>Plays until the end; faults of the recording end it with a state, not with an exception.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await WaitForSubscribersAsync(cancellation);
            _startedAt = _time.GetTimestamp();
            Log.Started(_logger, _market.TotalFrames is { } frames ? string.Create(CultureInfo.InvariantCulture, $"{frames} frames") : "frames without end");
            if (_options.LockStep)
                await PlayOnCommandAsync(cancellation);
            else
                await PlayByClockAsync(cancellation);
            await _dispatcher.FinishAsync(cancellation);
            _state = PlaybackState.Ended;
            Log.Ended(_logger, _market.Frames);
            await AnswerCommandsAtEndAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Log.Stopped(_logger, _market.Frames);
        }
        catch (Exception e) when (e is RecordingException or IOException or JsonException or FormatException
            or InvalidOperationException)
        {
            _reason = e.Message;
            _state = PlaybackState.Failed;
            Log.Failed(_logger, e.Message);
            await AnswerCommandsAtEndAsync(cancellation);
        }
    }

    public void Pause()
    {
        _paused = true;
        _hub.Changed.Raise();
    }

    /// <summary>Goes on after a pause; or starts although expected subscriptions are missing.</summary>
    public void Resume()
    {
        _paused = false;
        _released = true;
        _hub.Changed.Raise();
    }

    /// <summary>
    /// Lock-step: lets frames out and waits until they are written to the sockets of all who subscribed to them.
    /// </summary>
    /// <param name="frames">How many, at least 1.</param>
    /// <param name="kind">Counts only frames of this kind (<c>depth</c>) or family; those between go out as well.</param>
    /// <exception cref="InvalidOperationException">The player is not in lock-step mode.</exception>
    public async Task<AdvanceResult> AdvanceAsync(long frames, string? kind, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        if (!_options.LockStep)
            throw new InvalidOperationException("The exchange does not play in lock-step.");
        var command = new AdvanceCommand(frames, kind);
        _commands.Writer.TryWrite(command);
        return await command.Done.Task.WaitAsync(cancellation);
    }

    public PlaybackProgress Progress()
    {
        var state = _paused && _state == PlaybackState.Playing ? PlaybackState.Paused : _state;
        var last = Interlocked.Read(ref _lastNanos);
        return new PlaybackProgress(
            state, _market.Frames, _market.TotalFrames, last == 0 ? null : At(last), Remaining(last), Missing(), _reason);
    }

    private async Task WaitForSubscribersAsync(CancellationToken cancellation)
    {
        if (_options.WaitForSubscribers)
            await HoldAsync(cancellation);
    }

    private async Task HoldAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _hub.Changed.Next;
            if (_released || Missing().Count == 0)
                return;
            _state = PlaybackState.Waiting;
            await changed.WaitAsync(cancellation);
        }
    }

    private async Task PlayByClockAsync(CancellationToken cancellation)
    {
        while (_market.TryPeek(out var at))
        {
            await HoldWhilePausedAsync(cancellation);
            _state = PlaybackState.Playing;
            var wait = _pacer.Until(at);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, _time, cancellation);
            await StepAsync(cancellation);
        }
    }

    private async ValueTask HoldWhilePausedAsync(CancellationToken cancellation)
    {
        if (_options.HoldWithoutSubscribers && !_released && Missing().Count > 0)
        {
            await HoldAsync(cancellation);
            _pacer.Restart();
        }

        while (_paused)
        {
            var changed = _hub.Changed.Next;
            if (!_paused)
                break;
            await changed.WaitAsync(cancellation);
            _pacer.Restart();
        }
    }

    private async Task PlayOnCommandAsync(CancellationToken cancellation)
    {
        _state = PlaybackState.LockStep;
        while (_market.TryPeek(out _))
        {
            var command = await _commands.Reader.ReadAsync(cancellation);
            long advanced = 0, counted = 0;
            MarketFrame last = default;
            while (counted < command.Frames && _market.TryPeek(out _))
            {
                last = await StepAsync(cancellation);
                advanced++;
                if (command.Counts(last.Stream))
                    counted++;
            }

            var ended = !_market.TryPeek(out _);
            if (ended)
                await _dispatcher.FinishAsync(cancellation);
            await _hub.FlushAsync(cancellation);
            if (ended)
                _state = PlaybackState.Ended;
            command.Done.TrySetResult(new AdvanceResult(
                advanced, _market.Frames, ended, last.Stream.Name, last.Stream.Symbol, last.Last));
        }
    }

    private async Task AnswerCommandsAtEndAsync(CancellationToken cancellation)
    {
        await foreach (var command in _commands.Reader.ReadAllAsync(cancellation))
            command.Done.TrySetResult(new AdvanceResult(0, _market.Frames, true, null, null, 0));
    }

    private async ValueTask<MarketFrame> StepAsync(CancellationToken cancellation)
    {
        // With nobody to wait for, and behind its clock, a market would never look otherwise.
        cancellation.ThrowIfCancellationRequested();
        var (frame, number) = _market.Next();
        if (number == 1)
            _firstNanos = frame.AtNanos;
        Interlocked.Exchange(ref _lastNanos, frame.AtNanos);
        await _dispatcher.DispatchAsync(frame, number, cancellation);
        return frame;
    }

    private List<string> Missing() =>
        [.. _market.Expected(_options).Where(stream => !_hub.HasSubscriber(stream)).Select(stream => stream.Name)];

    private TimeSpan? Remaining(long lastNanos)
    {
        if (_state is PlaybackState.Ended or PlaybackState.Failed)
            return TimeSpan.Zero;
        if (_market.Length is not { } length || _market.TotalFrames is not { } total || _options.LockStep)
            return null;
        if (!double.IsInfinity(_options.Speed))
        {
            var played = lastNanos == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((lastNanos - _firstNanos) / 100);
            return (length - played) / _options.Speed;
        }

        var frames = _market.Frames;
        return frames == 0 ? null : _time.GetElapsedTime(_startedAt) * ((double)(total - frames) / frames);
    }

    private static DateTimeOffset At(long nanos) => DateTimeOffset.UnixEpoch.AddTicks(nanos / 100);

    private sealed record AdvanceCommand(long Frames, string? Kind)
    {
        public TaskCompletionSource<AdvanceResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Counts(StreamKey stream) =>
            Kind is null || string.Equals(Kind, stream.Kind, StringComparison.OrdinalIgnoreCase)
            || string.Equals(Kind, stream.Family.ToString(), StringComparison.OrdinalIgnoreCase);
    }
}
