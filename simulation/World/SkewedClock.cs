namespace StreamForge.Simulation.World;

/// <summary>The clock of one process: its time of day may be wrong and may jump; how time passes is the world's.</summary>
internal sealed class SkewedClock(TimeProvider world) : TimeProvider
{
    /// <summary>How far it is ahead of the world.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => world.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => world.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + Skew;

    public override long GetTimestamp() => world.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.CreateTimer(callback, state, dueTime, period);
}
