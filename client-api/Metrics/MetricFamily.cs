namespace StreamForge.ClientApi.Metrics;

/// <summary>All series of one name. Measurements come from any thread; finding a known series allocates nothing.</summary>
internal sealed class MetricFamily(string name, string? help, MetricKind kind, double[] bounds, int maxSeries)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<Known>> _known = [];
    private int _knownCount;

    public string Name => name;

    public string? Help => help;

    public MetricKind Kind => kind;

    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            Find(tags).Add(value);
    }

    public void Set(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            Find(tags).Set(value);
    }

    public void Observe(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            Find(tags).Observe(value);
    }

    /// <summary>Forgets values, before observed instruments tell them anew.</summary>
    public void Clear()
    {
        lock (_gate)
            foreach (var series in _series.Values)
                series.Clear();
    }

    /// <summary>Shows the series that have a value, in order of labels, while nothing changes.</summary>
    public void Read(Action<MetricSeries> each)
    {
        lock (_gate)
            foreach (var series in _series.Values.Where(series => series.HasValue).OrderBy(series => series.Labels, StringComparer.Ordinal))
                each(series);
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (key, value) in tags)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value);
        }
        var code = hash.ToHashCode();
        if (_known.TryGetValue(code, out var candidates))
            foreach (var known in candidates)
                if (tags.SequenceEqual(known.Tags))
                    return known.Series;
        return Learn(code, tags);
    }

    private MetricSeries Learn(int code, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelText.Of(tags);
        if (!_series.TryGetValue(labels, out var series))
        {
            if (_series.Count >= maxSeries)
                labels = LabelText.Overflow;
            if (!_series.TryGetValue(labels, out series))
                _series.Add(labels, series = new MetricSeries(labels, bounds));
        }
        // Tags may come in many orders and keep whatever they hold alive: what is remembered is bounded too.
        if (_knownCount < 2 * maxSeries)
        {
            _knownCount++;
            if (!_known.TryGetValue(code, out var candidates))
                _known.Add(code, candidates = []);
            candidates.Add(new Known(tags.ToArray(), series));
        }
        return series;
    }

    private readonly record struct Known(KeyValuePair<string, object?>[] Tags, MetricSeries Series);
}
