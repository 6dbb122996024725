using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>The shell of <see cref="ClientCore"/>: see <see cref="IClientGrain"/> for what it promises.</summary>
public sealed partial class ClientGrain(
    [PersistentState(ClientGrain.StateName, "checkpoint")] IPersistentState<ClientState> state,
    IOptions<ClientOptions> options,
    IStateDirectory directory,
    IFeedStandings standings,
    IRepairPort repairs,
    IIntegrityMeter meter,
    IIdSource ids,
    TimeProvider clock,
    ILogger<ClientGrain> logger)
    : EntityGrain<ClientState, ClientCore>(
        state, new EntityPorts(directory, standings, repairs, meter, ids, clock), logger), IClientGrain
{
    /// <summary>The kind of the rows that clients are stored in.</summary>
    public const string StateName = "client";

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    protected override string Kind => StateName;

    protected override ImmutableArray<string> FedBy => ClientTopics.All;

    protected override TimeSpan TickEvery => options.Value.Tick;

    public ValueTask<ClientView> GetView()
    {
        Observe(Now);
        return ValueTask.FromResult(Core.View());
    }

    public ValueTask<RegisterView> GetRegister(Register register)
    {
        if (!Enum.IsDefined(register))
            throw new ArgumentOutOfRangeException(nameof(register), register, "No such register.");
        Observe(Now);
        return ValueTask.FromResult(Core.ViewOf(register));
    }

    public async ValueTask<bool> WaitForSequence(Register register, long sequence, TimeSpan wait)
    {
        if (wait < TimeSpan.Zero || wait > MaxWait)
            throw new ArgumentOutOfRangeException(nameof(wait), wait, "A call waits from zero to 10 s.");
        var deadline = Now + wait;
        while (Core.State.Of(register).Sequence < sequence)
        {
            var left = deadline - Now;
            if (left <= TimeSpan.Zero)
                return false;
            await Changed(left);
        }

        return true;
    }

    protected override string SourceOf(string topic) => ClientSources.Of(topic);

    protected override ClientCore CoreOf(ClientState loaded, long version) => new(loaded, options.Value, ids, version);

    protected override async ValueTask MakeRoom()
    {
        // An avalanche waits here, and nobody else with it.
        if (Core.PendingPostings > options.Value.PendingPostings)
            await Flush();
    }
}
