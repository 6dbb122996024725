using Orleans.Runtime;
using StreamForge.Hosting.Tls;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;
using StreamForge.Tests.Tls.Rigs;

namespace StreamForge.Tests.Tls.Silos;

/// <summary>Silos and clients of Orleans over TLS: who belongs to the cluster calls grains wherever they live, who does not gets nowhere.</summary>
public sealed class SiloTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly List<ClusterFiles> _files = [];
    private readonly SiloRig _rig = new();
    private readonly TestAuthority _authority = new("cluster", TimeProvider.System);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _files.ForEach(static files => files.Dispose());
    }

    [Fact]
    public async Task Two_silos_and_a_client_call_grains_of_both()
    {
        await _rig.StartSilo(Silo());
        await _rig.StartSilo(Silo());
        await BothAnswer(await _rig.Connect(Client()));
    }

    [Fact]
    public async Task Strangers_become_no_members_clients_no_silos_and_who_speaks_plain_text_neither_and_both_sides_say_why_in_a_line()
    {
        var first = await _rig.StartSilo(Silo());
        var foreign = new TestAuthority("foreign", TimeProvider.System);
        // Of another authority: at home all is well with it. A client: it does not look at itself as a silo would. And one without TLS.
        var strangers = new[] { Read(new ClusterFiles(foreign.Issue([ClusterFiles.SiloName]), foreign, _authority), isSilo: true), Client(), null };
        var said = await Task.WhenAll(strangers.Select(NotAMember));
        OneLine(said[0], "it refuses this process's certificate: it is signed by none of its authorities");
        OneLine(first, "is refused at the port for silos: its certificate CN=test, issued by CN=foreign, is signed by none of our authorities", "is refused at the port");
        OneLine(said[1], "it refuses this process's certificate: it is not of a name that may come to this port");
        OneLine(first, $"is of {ClusterFiles.ClientName}, not of {ClusterFiles.SiloName}", "is refused at the port");
        OneLine(said[2], "it speaks TLS, and Cluster:Tls is not set in this process");
        OneLine(first, "is refused at the port for silos: it speaks no TLS", "is refused at the port");
        await NotConnected(identity: null, "it speaks TLS, and Cluster:Tls is not set in this process");
        OneLine(first, "is refused at the port for clients: it speaks no TLS", "is refused at the port");
    }

    [Fact]
    public async Task A_silo_and_a_client_with_TLS_do_not_talk_to_a_silo_without()
    {
        var first = await _rig.StartSilo(identity: null);
        OneLine(await NotAMember(Silo()), "is Cluster:Tls set there?");
        OneLine(first, "is refused at the port for silos: it speaks TLS, and Cluster:Tls is not set in this process", "is refused at the port");
        await NotConnected(Client(), "is Cluster:Tls set there?");
    }

    [Fact]
    public async Task Silos_without_TLS_talk_as_ever()
    {
        await _rig.StartSilo(identity: null);
        await _rig.StartSilo(identity: null);
        await BothAnswer(await _rig.Connect(identity: null));
    }

    private async Task<LogLines> NotAMember(ClusterIdentity? identity)
    {
        var logs = new LogLines();
        await Assert.ThrowsAnyAsync<OrleansException>(() => _rig.StartStranger(identity, logs));
        Assert.Equal(1, _rig.Members.Statuses.Count(static status => status == SiloStatus.Active));
        return logs;
    }

    private async Task NotConnected(ClusterIdentity? identity, string why)
    {
        var logs = new LogLines();
        using var enough = new CancellationTokenSource();
        var connecting = _rig.Connect(identity, logs, enough.Token);
        await Eventually.Holds(() => logs.With(why).Any(), Deadline, $"it says why: {why}");
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting);
        OneLine(logs, why);
    }

    /// <summary>Of this direction it is said once, in one line.</summary>
    private static void OneLine(LogLines logs, string what, string direction = "No connection to the silo at")
    {
        var said = logs.With(what).Where(line => line.Contains(direction, StringComparison.Ordinal)).ToArray();
        Assert.True(said.Length == 1, $"'{what}' in:\n{string.Join("\n", logs.All)}");
        Assert.DoesNotContain('\n', said[0]);
        // What follows from it for the engine, of which there is much, is not said.
        Assert.Empty(logs.With("Link refused"));
    }

    private static async Task BothAnswer(IClusterClient client)
    {
        var silos = new HashSet<string>(StringComparer.Ordinal);
        var big = new string('x', 200_000);
        var key = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                var answer = await client.GetGrain<IWhereGrain>(key++).Where(big);
                Assert.EndsWith(big, answer, StringComparison.Ordinal);
                silos.Add(answer[..answer.IndexOf(' ', StringComparison.Ordinal)]);
                return silos.Count == 2;
            },
            Deadline,
            "grains live in both silos");
    }

    private ClusterIdentity Silo() => Read(ClusterFiles.OfSilo(_authority), isSilo: true);

    private ClusterIdentity Client() => Read(ClusterFiles.OfClient(_authority), isSilo: false);

    private ClusterIdentity Read(ClusterFiles files, bool isSilo)
    {
        _files.Add(files);
        return files.Read(isSilo, TimeProvider.System);
    }
}
