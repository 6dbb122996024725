using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Market;

/// <content>
/// Records that went before they were read. Whose they were nobody knows, so every instrument that the partition feeds misses
/// something until a later record of its own proves otherwise: an event that continues the sequence, or the source's answer.
/// </content>
public sealed partial class InstrumentCore
{
    // Lost trades of a venue that cannot be asked for them leave the running windows after that time.
    private static readonly TimeSpan UnverifiableFor = TimeSpan.FromDays(1);

    private FeedLoss? _depthLoss;
    private FeedLoss? _tradeLoss;
    private Gap? _depthLossGap;
    private Gap? _tradeLossGap;

    /// <summary>Whether a loss of records leaves nothing unproven here.</summary>
    public override bool IsPast(string topic, FeedLoss loss) =>
        _state.Feeds.PartitionOf(topic) != loss.Partition
        || !(topic == Topics.MarketTrades ? MissesTrades(loss) : MissesDepth(loss));

    /// <summary>What is missing of the book; none where nothing is.</summary>
    public Gap? DepthGap => _state.DepthGap ?? (_depthLoss is { } loss && MissesDepth(loss) ? _depthLossGap : null);

    /// <summary>What is missing of the trades; none where nothing is.</summary>
    public Gap? TradeGap => _state.TradeIds.Gap ?? (_tradeLoss is { } loss && MissesTrades(loss) ? _tradeLossGap : null);

    private bool MissesDepth(FeedLoss loss) => _state.BookStarted && !loss.IsBefore(_state.DepthProof);

    // Of a stream that has not begun nothing is claimed; one without ids cannot prove anything.
    private bool MissesTrades(FeedLoss loss) => _state.Unverifiable
        ? !(_state.TradeFacts.EventTime - loss.At > UnverifiableFor)
        : _state.TradeIds.Started && !loss.IsBefore(_state.TradeProof);

    private void NoteLosses(FeedLoss? depth, FeedLoss? trades, DateTimeOffset now)
    {
        if (depth == _depthLoss && trades == _tradeLoss)
            return;
        _depthLossGap = depth == _depthLoss ? _depthLossGap : GapOf(depth, _state.DepthFacts);
        _tradeLossGap = trades == _tradeLoss ? _tradeLossGap : GapOf(trades, _state.TradeFacts);
        (_depthLoss, _tradeLoss) = (depth, trades);
        NoteGaps(now);
    }

    private static Gap? GapOf(FeedLoss? lost, StreamFacts facts) => lost is { } loss
        ? new Gap(loss.At, facts.ReceivedAt, $"records {loss.From} to {loss.To - 1} of its partition were lost to retention")
        : null;

    /// <summary>The source's word on the whole proves what it says only where it was asked after the loss.</summary>
    private static bool IsSince(FeedLoss? loss, DateTimeOffset receivedAt) => loss is { } lost && receivedAt >= lost.At;
}
