using System.Diagnostics;
using StreamForge.Contracts.Streams;

namespace StreamForge.Grains.Integrity;

/// <summary>
/// Spans of what becomes of records, as parts of the traces that they carry. Where nobody listens each costs a look at a field, and where
/// a record's trace is not kept a look at its last character.
/// </summary>
public static class RecordTracing
{
    private static readonly ActivitySource Source = new("StreamForge.Records");

    /// <summary>Whether anybody wants to know.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>A grain takes a delivery.</summary>
    public static Activity? Ingest(string entity, IngestBatch batch) =>
        IsOn ? OfRun("ingest", ActivityKind.Internal, batch.Records.Select(static record => record.TraceParent), "streamforge.entity", entity) : null;

    /// <summary>A pump delivers a run of records.</summary>
    public static Activity? Deliver(string topic, IEnumerable<string?> traces) =>
        OfRun("deliver", ActivityKind.Consumer, traces, "messaging.destination.name", topic);

    /// <summary>A record is derived from.</summary>
    public static Activity? Derive(string topic, string? trace) => OfRun("derive", ActivityKind.Consumer, [trace], "messaging.destination.name", topic);

    /// <summary>Part of the first trace that is kept; the others are linked to.</summary>
    private static Activity? OfRun(string name, ActivityKind kind, IEnumerable<string?> traces, string tag, string value)
    {
        ActivityContext? parent = null;
        List<ActivityLink>? links = null;
        foreach (var trace in traces)
            if (trace is [.., '1'] && ActivityContext.TryParse(trace, null, isRemote: true, out var context))
                if (parent is null)
                    parent = context;
                else if (context != parent)
                    (links ??= []).Add(new ActivityLink(context));
        if (parent is not { } first)
            return null;
        // Inside a span of the same trace it is a part of that one.
        if (Activity.Current is { } current && current.TraceId == first.TraceId)
            first = current.Context;
        return Source.StartActivity(name, kind, first, [new(tag, value)], links);
    }
}
