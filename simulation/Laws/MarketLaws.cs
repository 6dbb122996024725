using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Simulation.Market;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>A book as a reader got it.</summary>
internal sealed record Answer(string Instrument, Freshness Freshness, byte[] Body);

/// <summary>Content is the source's at the sequence that the answer names, whatever the freshness.</summary>
internal sealed class ContentLaw : Law
{
    public override string Name => "L2 nothing twice";

    public override void Answered(Answer answer)
    {
        if (answer.Freshness is { Status: FreshnessStatus.Cold } or { Sequence: 0 })
            return;
        using var body = JsonDocument.Parse(answer.Body);
        var found = new BookFingerprint();
        foreach (var level in body.RootElement.GetProperty("bids").EnumerateArray())
            found.Level(Number(level, "price"), Number(level, "quantity"));
        found.Side();
        foreach (var level in body.RootElement.GetProperty("asks").EnumerateArray())
            found.Level(Number(level, "price"), Number(level, "quantity"));
        var expected = World.Truth[answer.Instrument].BookAt(answer.Freshness.Sequence);
        if (expected != found.Value)
            Broken(answer.Instrument, $"the book at sequence {answer.Freshness.Sequence} is not what the source had there");
    }

    private static decimal Number(JsonElement level, string name) =>
        decimal.Parse(level.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>All that was published up to the watermark of a live answer is in it.</summary>
internal sealed class WatermarkLaw : Law
{
    public override string Name => "L3 no silent gap";

    public override void Answered(Answer answer)
    {
        if (answer.Freshness is not { Status: FreshnessStatus.Live, Watermark: { } watermark })
            return;
        World.Reach.Count("answer/live");
        if (World.Truth.Meaning(watermark) is not { } through)
        {
            Broken(answer.Instrument, $"live as of {watermark:O}, which nobody ever proved");
            return;
        }

        var required = World.Truth[answer.Instrument].RequiredSequence(through);
        if (answer.Freshness.Sequence < required)
            Broken(answer.Instrument,
                $"live as of {watermark:O}, which stands for {through.TotalSeconds:F7} s, at sequence {answer.Freshness.Sequence}; "
                + $"{required} had been published by then, at {World.Truth[answer.Instrument].SentAt(required)?.TotalSeconds:F7} s");
    }
}

/// <summary>The source never works on more requests at once than it bears.</summary>
internal sealed class MercyLaw : Law
{
    public override string Name => "L6 bounded mercy";

    public override void SourceWorks(int atOnce)
    {
        if (atOnce > PlatformWorld.SourceConcurrency)
            Broken("source", $"{atOnce} requests at once, {PlatformWorld.SourceConcurrency} are allowed");
    }
}
