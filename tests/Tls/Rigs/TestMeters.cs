using System.Diagnostics.Metrics;

namespace StreamForge.Tests.Tls.Rigs;

/// <summary>Instruments of a test's own, and what they say.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly Meter _meter = new("test");
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Name, string Tags), double> _values = [];

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Set(instrument, value, tags));
        _listener.Start();
    }

    // Whoever makes a meter has this one: nothing of other tests is in it.
    public Meter Create(MeterOptions options) => _meter;

    /// <param name="tags">Their values, separated by commas.</param>
    public double Value(string name, string tags)
    {
        _listener.RecordObservableInstruments();
        lock (_values)
            return _values.GetValueOrDefault((name, tags));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_values)
            _values[Key(instrument, tags)] = _values.GetValueOrDefault(Key(instrument, tags)) + value;
    }

    private void Set(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_values)
            _values[Key(instrument, tags)] = value;
    }

    private static (string, string) Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        (instrument.Name, string.Join(',', tags.ToArray().Select(static tag => tag.Value)));
}
