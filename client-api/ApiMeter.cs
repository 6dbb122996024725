using System.Diagnostics.Metrics;

namespace StreamForge.ClientApi;

/// <summary>What the client API counts of itself.</summary>
internal sealed class ApiMeter
{
    public const string Name = "StreamForge.ClientApi";

    public ApiMeter(IMeterFactory factory)
    {
        var meter = factory.Create(Name);
        Streams = meter.CreateUpDownCounter<long>("streamforge.api.streams", "{stream}", "Server-sent event streams open.");
        StreamsDropped = meter.CreateCounter<long>("streamforge.api.streams.dropped", "{stream}", "Streams ended because the reader was too slow.");
        TokensRefused = meter.CreateCounter<long>("streamforge.api.tokens.refused", "{token}", "Tokens that did not count, by reason.");
        Limited = meter.CreateCounter<long>("streamforge.api.limited", "{request}", "Requests refused because their caller had too many, by kind.");
        StreamResets = meter.CreateCounter<long>("streamforge.api.streams.resets", "{reset}", "Readers of streams whose place was unknown.");
    }

    public UpDownCounter<long> Streams { get; }

    public Counter<long> TokensRefused { get; }

    public Counter<long> Limited { get; }

    public Counter<long> StreamsDropped { get; }

    public Counter<long> StreamResets { get; }
}
