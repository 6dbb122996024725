namespace StreamForge.Hosting;

/// <summary>
/// The time of day of one process: begins as the machine's, and then passes evenly. Where the machine's jumps, since somebody or a time
/// server set it, this one follows by a hundredth of the time that passes, so that no wait, lease or silence that is told by it is cut short
/// or never ends, and it never goes back. How time passes (<see cref="GetTimestamp"/>, timers) is the machine's own.
/// </summary>
/// <param name="machine">The clock that may jump.</param>
public sealed class SteadyClock(TimeProvider machine) : TimeProvider
{
    /// <summary>So much of the time that passes is made up or lost at most, until both agree: five minutes take eight hours, or a restart.</summary>
    public const double Follows = 0.01;

    /// <summary>Further ahead than this the machine has slept, and nobody has set its clock: then it is followed at once.</summary>
    public static readonly TimeSpan Slept = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private long _readAt = machine.GetTimestamp();
    private DateTimeOffset _read = machine.GetUtcNow();

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var at = machine.GetTimestamp();
            var passed = machine.GetElapsedTime(_readAt, at);
            var even = _read + passed;
            var ahead = machine.GetUtcNow() - even;
            var most = passed * Follows;
            if (ahead <= Slept)
                ahead = ahead > most ? most : ahead < -most ? -most : ahead;
            (_readAt, _read) = (at, even + ahead);
            return _read;
        }
    }

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);
}
