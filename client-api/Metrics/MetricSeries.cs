namespace StreamForge.ClientApi.Metrics;

/// <summary>The types of the Prometheus text format that are used.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One set of labels of a family, with its value. Guarded by its family's lock.</summary>
/// <param name="labels">The labels in text form, without braces; empty for none.</param>
/// <param name="bounds">Upper bounds of a histogram's buckets, ascending; empty otherwise.</param>
internal sealed class MetricSeries(string labels, double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length];

    public string Labels => labels;

    /// <summary>The value; a histogram's sum.</summary>
    public double Value { get; private set; }

    /// <summary>A histogram's number of observations.</summary>
    public long Count { get; private set; }

    /// <summary>Whether there is a value: those of observed instruments are as of the last collection only.</summary>
    public bool HasValue { get; private set; }

    /// <summary>A bucket's upper bound, and the observations in it and in all below it.</summary>
    public IEnumerable<(double Bound, long Cumulative)> Buckets
    {
        get
        {
            var cumulative = 0L;
            for (var index = 0; index < bounds.Length; index++)
                yield return (bounds[index], cumulative += _buckets[index]);
        }
    }

    public void Add(double value) => (Value, HasValue) = (Value + value, true);

    public void Set(double value) => (Value, HasValue) = (value, true);

    public void Observe(double value)
    {
        Add(value);
        Count++;
        var index = Array.BinarySearch(bounds, value);
        index = index < 0 ? ~index : index;
        if (index < _buckets.Length)
            _buckets[index]++;
    }

    public void Clear() => (Value, HasValue) = (0, false);
}
