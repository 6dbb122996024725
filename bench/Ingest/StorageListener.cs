using System.Diagnostics.Metrics;
using StreamForge.Silo.Storage;

namespace StreamForge.Bench.Ingest;

/// <summary>Counts rows and bytes of grain state as they are written.</summary>
internal sealed class StorageListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _rows;
    private long _bytes;

    public StorageListener()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == StorageMeter.Name && instrument.Name == "streamforge.storage.row.size")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, bytes, _, _) =>
        {
            Interlocked.Increment(ref _rows);
            Interlocked.Add(ref _bytes, bytes);
        });
        _listener.Start();
    }

    /// <summary>So far.</summary>
    public (long Rows, long Bytes) Written => (Interlocked.Read(ref _rows), Interlocked.Read(ref _bytes));

    public void Dispose() => _listener.Dispose();
}
