using System.Collections.Concurrent;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>The exchange's own count of what it was asked: the proof of how a client treats its source.</summary>
internal sealed class RestMeter(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> _byKind = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _total;
    private long _second;
    private int _inSecond;
    private int _maxInSecond;
    private int _now;
    private int _max;

    /// <summary>Counts a request that begins.</summary>
    /// <returns>How many run now, this one included.</returns>
    public int Begin(string kind)
    {
        _byKind.AddOrUpdate(kind, 1, static (_, count) => count + 1);
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        lock (_lock)
        {
            _total++;
            if (second != _second)
                (_second, _inSecond) = (second, 0);
            _maxInSecond = Math.Max(_maxInSecond, ++_inSecond);
            _max = Math.Max(_max, ++_now);
            return _now;
        }
    }

    public void End()
    {
        lock (_lock)
            _now--;
    }

    /// <summary>Counts something that is asked over a socket.</summary>
    public void Count(string kind) => _byKind.AddOrUpdate(kind, 1, static (_, count) => count + 1);

    public RestStatus Status()
    {
        lock (_lock)
        {
            return new RestStatus(
                _total, new SortedDictionary<string, long>(_byKind, StringComparer.Ordinal), _now, _max, _maxInSecond);
        }
    }
}

/// <summary>What was asked of the exchange.</summary>
/// <param name="Total">REST requests.</param>
/// <param name="ByKind">Requests by kind: <c>depth</c>, <c>historicalTrades</c>, <c>aggTrades</c>, …, and book subscriptions of Kraken.</param>
/// <param name="Concurrent">REST requests that run now.</param>
/// <param name="MaxConcurrent">The most that ran at once.</param>
/// <param name="MaxPerSecond">The most that began within one second of the clock.</param>
public sealed record RestStatus(
    long Total, IReadOnlyDictionary<string, long> ByKind, int Concurrent, int MaxConcurrent, int MaxPerSecond);
