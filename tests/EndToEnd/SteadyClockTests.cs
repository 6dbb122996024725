using StreamForge.Hosting;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>A process' own time of day, whatever becomes of its machine's.</summary>
public sealed class SteadyClockTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualTime _time = new();
    private readonly Jumping _machine;
    private readonly SteadyClock _clock;

    public SteadyClockTests()
    {
        _machine = new Jumping(_time);
        _clock = new SteadyClock(_machine);
    }

    [Fact]
    public void It_is_the_machines_while_that_passes_evenly()
    {
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(i * i));
            Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void A_jump_is_followed_by_a_hundredth_of_the_time_that_passes_and_in_the_end_wholly(int minutes)
    {
        var before = _clock.GetUtcNow();
        _machine.Ahead = TimeSpan.FromMinutes(minutes);
        Assert.Equal(before, _clock.GetUtcNow());
        _time.Advance(Minute);
        Assert.Equal(Minute + (Minute * SteadyClock.Follows * Math.Sign(minutes)), _clock.GetUtcNow() - before);
        for (var passed = 1; passed < 500; passed++)
        {
            Assert.NotEqual(_machine.GetUtcNow(), _clock.GetUtcNow());
            _time.Advance(Minute);
        }

        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
    }

    [Fact]
    public void A_machine_that_slept_is_followed_at_once_and_one_set_back_by_a_day_is_not()
    {
        _machine.Ahead = TimeSpan.FromHours(8);
        Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
        var before = _clock.GetUtcNow();
        _machine.Ahead -= TimeSpan.FromDays(1);
        _time.Advance(Minute);
        Assert.Equal(Minute * (1 - SteadyClock.Follows), _clock.GetUtcNow() - before);
    }

    /// <summary>A clock whose time of day is set while its time passes.</summary>
    private sealed class Jumping(TimeProvider time) : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Ahead;

        public override long GetTimestamp() => time.GetTimestamp();
    }
}
