using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace StreamForge.ClientApi.Metrics;

/// <summary>Listens to the instruments of the process from when it is made, and holds what they said.</summary>
internal sealed class MetricCollector : IDisposable
{
    /// <summary>The bounds where an instrument advises none: OpenTelemetry's defaults.</summary>
    private static readonly double[] DefaultBounds =
        [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    /// <summary>The bounds of durations in seconds where none are advised: those of OpenTelemetry's HTTP conventions.</summary>
    private static readonly double[] SecondsBounds =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<MetricFamily, bool> _observed = new();
    private readonly Lock _collecting = new();
    private readonly ClientApiOptions _options;
    private readonly ILogger _logger;

    public MetricCollector(IOptions<ClientApiOptions> options, ILogger<MetricCollector> logger)
    {
        (_options, _logger) = (options.Value, logger);
        _listener.InstrumentPublished = Publish;
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        _listener.Start();
    }

    /// <summary>Asks observed instruments, then shows all families in order of name.</summary>
    public void Collect(Action<MetricFamily> each)
    {
        lock (_collecting)
        {
            foreach (var family in _observed.Keys)
                family.Clear();
            _listener.RecordObservableInstruments();
            foreach (var (_, family) in _families.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                each(family);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Listen<T>()
        where T : struct, INumberBase<T> =>
        _listener.SetMeasurementEventCallback<T>(static (_, value, tags, state) =>
            ((Target)state!).Take(double.CreateSaturating(value), tags));

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (!IsWanted(instrument.Meter.Name))
            return;
        var (kind, take) = Classify(instrument);
        var name = MetricName.Of(instrument, kind);
        var family = _families.GetOrAdd(
            name, _ => new MetricFamily(name, instrument.Description, kind, BoundsOf(instrument, kind), _options.MaxSeries));
        if (family.Kind != kind)
        {
            Log.NameTaken(_logger, instrument.Meter.Name, instrument.Name, name);
            return;
        }
        if (instrument.IsObservable)
            _observed.TryAdd(family, true);
        listener.EnableMeasurementEvents(instrument, new Target(family, take));
    }

    private bool IsWanted(string meter)
    {
        foreach (var wanted in _options.Meters)
            if (wanted.EndsWith('*') ? meter.StartsWith(wanted[..^1], StringComparison.Ordinal) : meter == wanted)
                return true;
        return false;
    }

    private static (MetricKind Kind, Take Take) Classify(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        if (type == typeof(Histogram<>))
            return (MetricKind.Histogram, Take.Observe);
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>))
            return (MetricKind.Counter, Take.Add);
        return type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>)
            ? (MetricKind.Gauge, Take.Add)
            : (MetricKind.Gauge, Take.Set);
    }

    private static double[] BoundsOf(Instrument instrument, MetricKind kind) => kind != MetricKind.Histogram
        ? []
        : instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            _ => instrument.Unit == "s" ? SecondsBounds : DefaultBounds,
        };

    private enum Take
    {
        Add,
        Set,
        Observe,
    }

    private sealed record Target(MetricFamily Family, Take How)
    {
        public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            switch (How)
            {
                case MetricCollector.Take.Add:
                    Family.Add(value, tags);
                    break;
                case MetricCollector.Take.Set:
                    Family.Set(value, tags);
                    break;
                default:
                    Family.Observe(value, tags);
                    break;
            }
        }
    }
}
