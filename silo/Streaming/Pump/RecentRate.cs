namespace StreamForge.Silo.Streaming.Pump;

/// <summary>How many of something there were a second, over the last ten whole seconds. Any thread.</summary>
internal sealed class RecentRate(TimeProvider time)
{
    private const int Seconds = 10;

    // One more than is looked at: the second that runs.
    private readonly (long Second, long Count)[] _seconds = new (long, long)[Seconds + 1];
    private readonly long _began = time.GetTimestamp();
    private readonly Lock _gate = new();

    public double PerSecond
    {
        get
        {
            var now = Now;
            var sum = 0L;
            lock (_gate)
                foreach (var (second, count) in _seconds)
                    if (second < now && second >= now - Seconds)
                        sum += count;
            return sum / (double)Math.Clamp(now, 1, Seconds);
        }
    }

    private long Now => (long)time.GetElapsedTime(_began).TotalSeconds;

    public void Count(long number)
    {
        var now = Now;
        lock (_gate)
        {
            ref var at = ref _seconds[now % _seconds.Length];
            if (at.Second != now)
                at = (now, 0);
            at.Count += number;
        }
    }
}
