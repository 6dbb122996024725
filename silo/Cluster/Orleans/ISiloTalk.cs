#if ENGINE_ORLEANS
using System.Collections.Immutable;
using Orleans.Services;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;

namespace StreamForge.Silo.Cluster;

/// <summary>What silos tell each other of themselves: one of it on every silo, asked by the silo's address.</summary>
[Alias("sf.ISiloTalk")]
internal interface ISiloTalk : IGrainService
{
    /// <summary>How feeds stand that this silo reads, from memory.</summary>
    [Alias("Feeds")]
    ValueTask<FeedAnswers> Feeds(ImmutableArray<FeedQuestion> questions);

    /// <summary>How this silo's part of the platform stands.</summary>
    [Alias("Stand")]
    ValueTask<PlatformStatus> HowItStands();

    /// <summary>An operator has paused or resumed something: look at what is stored.</summary>
    [Alias("Pauses")]
    ValueTask LookAtPauses();

    /// <summary>Lets a parked key go on; none where its partition is not read here.</summary>
    [Alias("Unpark")]
    ValueTask<OrderAnswer?> Unpark(ParkedPlace place);
}
#endif
