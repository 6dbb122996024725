using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace StreamForge.Sources.Connectors;

/// <summary>Instruments of the meter <c>StreamForge.Sources</c>, tagged with the source.</summary>
internal sealed class ConnectorMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "StreamForge.Sources";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> FrameCount =
        Meter.CreateCounter<long>("streamforge.source.frames", "{frame}", "Frames received.");

    private static readonly Counter<long> ByteCount =
        Meter.CreateCounter<long>("streamforge.source.bytes", "By", "Bytes of frames received.");

    private static readonly Counter<long> ConnectCount =
        Meter.CreateCounter<long>("streamforge.source.connects", "{connection}", "Connections made.");

    private static readonly Counter<long> LossCount =
        Meter.CreateCounter<long>("streamforge.source.disconnects", "{connection}", "Connections lost or given up.");

    private static readonly Counter<long> RefusedCount =
        Meter.CreateCounter<long>("streamforge.source.refused", "{record}", "Records that the raw topic will never take.");

    private static readonly Counter<long> RequestCount =
        Meter.CreateCounter<long>("streamforge.source.requests", "{request}", "Requests to the venue, by outcome.");

    private static readonly Histogram<double> AppendSeconds =
        Meter.CreateHistogram<double>("streamforge.source.append.duration", "s", "From handing a record in to its acknowledgement.");

    private readonly KeyValuePair<string, object?> _source;

    public ConnectorMetrics(string source) => _source = new("source", source);

    public void Received(int bytes)
    {
        FrameCount.Add(1, _source);
        ByteCount.Add(bytes, _source);
    }

    public void Connected() => ConnectCount.Add(1, _source);

    public void Disconnected() => LossCount.Add(1, _source);

    public void Refused() => RefusedCount.Add(1, _source);

    public void Requested(string outcome) => RequestCount.Add(1, new TagList { _source, new("outcome", outcome) });

    public void Appended(TimeSpan duration) => AppendSeconds.Record(duration.TotalSeconds, _source);
}
