namespace StreamForge.Sources.Connectors;

/// <summary>Pauses between attempts: exponential, half of each by chance ("equal jitter").</summary>
/// <remarks>Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.</remarks>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> chance)
{
    private int _attempts;

    /// <summary>The pause before the next attempt: at most <c>first</c> * 2^n and the longest, at least half of it.</summary>
    public TimeSpan Next()
    {
        var exponent = Math.Min(_attempts++, 30);
        var ceiling = Math.Min(first.TotalMilliseconds * Math.Pow(2, exponent), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(ceiling / 2 * (1 + chance()));
    }

    /// <summary>It went well.</summary>
    public void Reset() => _attempts = 0;
}
