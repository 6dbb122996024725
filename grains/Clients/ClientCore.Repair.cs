using System.Globalization;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;

namespace StreamForge.Grains.Clients;

/// <content>What must be asked of the sources: one request about one register, or about one range of one account.</content>
public sealed partial class ClientCore
{
    public override bool NeedsTicks => Streams().Any(stream => stream.Repair.Active || stream.VouchedThrough is not null);

    public override void Tick(FeedOf feedOf, DateTimeOffset now)
    {
        foreach (var stream in Streams())
            if (feedOf(stream.Topic).Watermark is { } evidence)
                stream.Check(evidence, _options.DigestGrace, now);
        NoteGaps(now);
    }

    public override RepairRequest? NextRepair(DateTimeOffset now)
    {
        foreach (var stream in Streams())
            if (stream.Repair.Due(now, _ids.NewId) is var (id, need))
            {
                if (InDoubt(stream))
                    stream.ResetAsk = id;
                return new RepairRequest
                {
                    Id = id,
                    Entity = _state.Key,
                    Source = ClientSources.Of(stream.Topic),
                    Kind = need.Kind,
                    Part = PartOf(stream),
                    From = need.From,
                    To = need.To,
                    // A loss of records concerns all keys of a partition at once, most of them in vain: they wait in line.
                    Interactive = stream.GateGap is not null,
                    TraceParent = stream.Trace ?? NewTrace(),
                };
            }

        return null;
    }

    public override TimeSpan RepairDeadline(RepairRequest request) => StreamOf(request).Repair.Pacing.Deadline;

    public override void RepairEnded(RepairRequest request, RepairOutcome outcome, DateTimeOffset now) =>
        StreamOf(request).Repair.Ended(request.Id, outcome, now, _ids.NextDouble());

    private GuardedStream StreamOf(RepairRequest request) => request.Kind == RepairKind.Postings
        ? PostingsOf(request.Part!)
        : _state.Of(RegisterWords.Find(request.Part!)!.Value);

    private static string PartOf(GuardedStream stream) => stream is PostingStream postings ? postings.Account : stream.Name;

    private static bool InDoubt(GuardedStream stream) => stream switch
    {
        PostingStream postings => postings.InDoubt,
        RegisterStream register => register.InDoubt,
        _ => false,
    };

    /// <summary>A trace of its own, in the form of W3C trace context.</summary>
    private string NewTrace() => string.Create(
        CultureInfo.InvariantCulture, $"00-{Chance():x8}{Chance():x8}{Chance():x8}{Chance():x8}-{Chance():x8}{Chance():x8}-01");

    // Never zero: a trace of zeros alone is none.
    private uint Chance() => (uint)(_ids.NextDouble() * uint.MaxValue) | 1;
}
