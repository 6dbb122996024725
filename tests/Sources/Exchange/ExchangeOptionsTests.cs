using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Recordings;

namespace StreamForge.Tests.Sources.Exchange;

public sealed class ExchangeOptionsTests
{
    [Fact]
    public void Arguments_become_options()
    {
        var options = ExchangeCommandOptions.Parse(
        [
            "--port", "9000", "--replay", "a", "--replay", "b", "--venue", "kraken", "--speed", "max", "--lock-step", "--hold",
            "--expect", "XBT/USD@book", "--fault", "silence:at=5+9,duration=2.5,symbol=XBT/USD", "--fault", "drop",
            "--fault-seed", "7", "--rest-latency", "15",
        ]);
        Assert.Equal(9000, options.Port);
        Assert.Equal(["a", "b"], options.Replay);
        Assert.Equal(RecordingVenue.Kraken, options.Venue);
        Assert.Equal(PlaybackOptions.MaxSpeed, options.Playback.Speed);
        Assert.True(options.Playback is { LockStep: true, HoldWithoutSubscribers: true, WaitForSubscribers: true });
        Assert.Equal(["XBT/USD@book"], options.Playback.ExpectedStreams!);
        var silence = options.Faults.Rules[0];
        Assert.Equal((FaultKind.Silence, 0.0, "XBT/USD", TimeSpan.FromSeconds(2.5)), (silence.Kind, silence.Probability, silence.Symbol, silence.Duration));
        Assert.Equal([5, 9], silence.At);
        Assert.Equal(1, options.Faults.Rules[1].Probability);
        Assert.Equal(7, options.Faults.Seed);
        Assert.Equal(15, options.RestLatency.TotalMilliseconds);
    }

    [Fact]
    public void All_errors_are_in_one_message()
    {
        var error = Assert.Throws<FormatException>(() => ExchangeCommandOptions.Parse(
            ["--prot", "--port", "70000", "--speed", "fast", "--venue", "moon", "--fault", "explode", "--instruments", "0", "--rate"]));
        foreach (var part in new[] { "--prot", "Port", "'fast'", "'moon'", "explode", "Instruments", "--rate needs" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_the_host()
    {
        var error = Assert.Throws<ArgumentException>(() => new ExchangeHost(
            new ExchangeOptions { Playback = new PlaybackOptions { Speed = 0 }, PingInterval = TimeSpan.Zero },
            TimeProvider.System, NullLoggerFactory.Instance));
        Assert.Contains("Speed", error.Message, StringComparison.Ordinal);
        Assert.Contains("PingInterval", error.Message, StringComparison.Ordinal);
    }
}
