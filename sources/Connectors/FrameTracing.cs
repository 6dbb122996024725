using System.Diagnostics;

namespace StreamForge.Sources.Connectors;

/// <summary>Where a frame's trace begins.</summary>
internal static class FrameTracing
{
    private static readonly ActivitySource Source = new("StreamForge.Sources");

    /// <summary>The trace of a new frame, in the form of W3C trace context: one that is kept where somebody listens and wants it, otherwise just an id.</summary>
    public static string Begin(string source, ConnectorIds ids)
    {
        if (!Source.HasListeners())
            return ids.NewTraceParent();
        using var span = Source.StartActivity("frame", ActivityKind.Producer, default(ActivityContext), [new("streamforge.source", source)]);
        return span is { Recorded: true } ? span.Id! : ids.NewTraceParent();
    }
}
