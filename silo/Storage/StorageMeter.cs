using System.Diagnostics.Metrics;

namespace StreamForge.Silo.Storage;

/// <summary>What grain storage counts, by the state's name. Meter <c>StreamForge.Storage</c>.</summary>
public static class StorageMeter
{
    public const string Name = "StreamForge.Storage";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "streamforge.storage.written", "By", "Bytes of grain state that were written");

    private static readonly Counter<long> SentBytes = Meter.CreateCounter<long>(
        "streamforge.storage.sent", "By", "Bytes of grain state that went to the database, by form: whole, or patch");

    private static readonly Histogram<long> RowBytes = Meter.CreateHistogram<long>(
        "streamforge.storage.row.size", "By", "Bytes of one written row of grain state");

    private static readonly Counter<long> Conflicts = Meter.CreateCounter<long>(
        "streamforge.storage.conflicts", "{write}", "Writes that met somebody else's row");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "streamforge.storage.retries", "{attempt}", "Attempts repeated because the store did not answer");

    internal static void Written(string state, int bytes)
    {
        var tag = new KeyValuePair<string, object?>("state", state);
        Bytes.Add(bytes, tag);
        RowBytes.Record(bytes, tag);
    }

    internal static void Sent(string state, int bytes, bool isPatch) => SentBytes.Add(
        bytes, new KeyValuePair<string, object?>("state", state), new KeyValuePair<string, object?>("form", isPatch ? "patch" : "whole"));

    internal static void Conflict(string state) => Conflicts.Add(1, new KeyValuePair<string, object?>("state", state));

    internal static void Retry(string state) => Retries.Add(1, new KeyValuePair<string, object?>("state", state));
}
