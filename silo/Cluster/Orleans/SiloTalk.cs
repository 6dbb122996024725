#if ENGINE_ORLEANS
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Operations;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Cluster;

/// <inheritdoc cref="ISiloTalk"/>
internal sealed class SiloTalk(
    GrainId id, global::Orleans.Runtime.Silo silo, ILoggerFactory loggers, ClusterStandings standings, PlatformStatusBoard board, PauseBoard pauses,
    Unparking unparking)
    : GrainService(id, silo, loggers), ISiloTalk
{
    public ValueTask<FeedAnswers> Feeds(ImmutableArray<FeedQuestion> questions) => ValueTask.FromResult(standings.Answer(questions));

    public ValueTask<PlatformStatus> HowItStands() => board.Gather(CancellationToken.None);

    public ValueTask LookAtPauses() => pauses.Refresh(CancellationToken.None);

    public ValueTask<OrderAnswer?> Unpark(ParkedPlace place) => unparking.Unpark(place);
}
#endif
