namespace Orleans.Runtime;

/// <summary>When a grain timer ticks, and how its ticks stand to calls.</summary>
public struct GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
{
    /// <summary>Time to the first tick; <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public required TimeSpan DueTime { readonly get; set; } = dueTime;

    /// <summary>Time from the end of a tick to the next; <see cref="Timeout.InfiniteTimeSpan"/> for one tick only.</summary>
    public required TimeSpan Period { readonly get; set; } = period;

    /// <summary>Whether a tick interleaves with calls and other ticks; by default it takes its turn as a call does.</summary>
    public bool Interleave { readonly get; set; }

    /// <summary>Whether a tick counts as use, so that the activation does not become idle.</summary>
    public bool KeepAlive { readonly get; set; }
}

/// <summary>A timer of an activation; disposing it ends its ticks.</summary>
public interface IGrainTimer : IDisposable
{
    void Change(TimeSpan dueTime, TimeSpan period);
}
