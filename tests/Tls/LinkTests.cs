using System.Net.Sockets;
using StreamForge.Hosting.Tls;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;
using StreamForge.Tests.Tls.Rigs;

namespace StreamForge.Tests.Tls;

/// <summary>Who may connect to whom between the processes of a cluster: real handshakes over real sockets, on a clock of the test's.</summary>
public sealed class LinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly LinkRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Silos_talk_to_silos_and_clients_to_silos()
    {
        var silos = await _rig.Silos();
        var clients = await _rig.Clients();
        Assert.Equal("hello", await (await _rig.CallAsSilo(silos)).Says("hello"));
        Assert.Equal("hello", await (await _rig.CallAsClient(clients)).Says("hello"));
        // A silo may be a client too.
        Assert.Equal("hello", await (await _rig.CallAsSilo(clients)).Says("hello"));
        Assert.Empty(_rig.Logs.All);
    }

    [Fact]
    public async Task Much_goes_both_ways_whole()
    {
        var caller = await _rig.CallAsSilo(await _rig.Silos());
        var much = string.Concat(Enumerable.Range(0, 100_000).Select(static i => i.ToString("D8")));
        Assert.Equal(much, await caller.Says(much));
    }

    [Fact]
    public async Task A_client_is_no_silo()
    {
        var silos = await _rig.Silos();
        // Its own side does not mind: it takes the port for one for clients.
        Assert.Contains("refuses this process's certificate: it is not of a name", await (await _rig.CallAsClient(silos)).Refused(), StringComparison.Ordinal);
        await Refused(silos, "silos", "name", "is of client.streamforge.test, not of silo.streamforge.test");
    }

    [Fact]
    public async Task Who_shows_no_certificate_does_not_come_in()
    {
        var silos = await _rig.Silos();
        Assert.True(await _rig.IsWelcome(await _rig.Silos(), _rig.Authority.Issue([ClusterFiles.SiloName])));
        Assert.False(await _rig.IsWelcome(silos, certificate: null));
        await Refused(silos, "silos", "no-certificate", "it shows no certificate");
    }

    [Fact]
    public async Task Who_does_not_speak_TLS_does_not_come_in_and_is_told_by_his_own_side()
    {
        var silos = await _rig.Silos();
        var caller = await _rig.CallPlain(silos);
        Assert.Contains("it speaks TLS", (await Assert.ThrowsAsync<LinkRefusedException>(() => caller.Says("GET / HTTP/1.1"))).Message, StringComparison.Ordinal);
        Assert.Equal(1, _rig.Refused("outbound", "tls"));
        await Refused(silos, "silos", "plain-text", "it speaks no TLS");
    }

    [Fact]
    public async Task TLS_at_a_port_without_is_told_by_both_sides()
    {
        var plain = await _rig.Plain("silos");
        Assert.Contains("is Cluster:Tls set there?", await (await _rig.CallAsSilo(plain)).Refused(), StringComparison.Ordinal);
        await Eventually.Holds(() => _rig.Refused("silos", "tls") == 1, Deadline, "the port says so");
    }

    [Fact]
    public async Task Without_TLS_on_both_sides_all_goes_through_untouched()
    {
        var caller = await _rig.CallPlain(await _rig.Plain("silos"));
        foreach (var said in new[] { "h", "he", "hello", "\u0016\u0003" })
            Assert.Equal(said, await caller.Says(said));
        Assert.Empty(_rig.Logs.All);
    }

    [Fact]
    public async Task Only_the_clusters_authority_counts_on_either_side()
    {
        var foreign = new TestAuthority("foreign", _rig.Time);
        var silos = await _rig.Silos();
        // It trusts the silo, and would be trusted by its own: all is well at home.
        using var files = new ClusterFiles(foreign.Issue([ClusterFiles.SiloName]), foreign, _rig.Authority);
        Assert.Contains("refuses this process's certificate: it is signed by none", await (await _rig.CallAsSilo(silos, files)).Refused(), StringComparison.Ordinal);
        await Refused(silos, "silos", "untrusted", "signed by none of our authorities");

        var door = await _rig.Silos(_rig.Keep(new ClusterFiles(foreign.Issue([ClusterFiles.SiloName]), foreign, _rig.Authority)));
        Assert.Contains("signed by none of our authorities", await (await _rig.CallAsSilo(door)).Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_expired_or_is_not_valid_yet_does_not_count_on_either_side()
    {
        var now = _rig.Time.GetUtcNow();
        var silos = await _rig.Silos();
        Assert.False(await _rig.IsWelcome(silos, _rig.Authority.Issue([ClusterFiles.SiloName], notAfter: now.AddMinutes(-1))));
        await Refused(silos, "silos", "expired", "its certificate CN=test is valid from");
        Assert.False(await _rig.IsWelcome(silos, _rig.Authority.Issue([ClusterFiles.SiloName], notBefore: now.AddMinutes(1))));
        await Eventually.Holds(() => _rig.Refused("silos", "expired") == 2, Deadline, "that is refused too");

        // A silo whose certificate expires while it runs is refused from then on; connections that are there go on.
        var files = _rig.Keep(new ClusterFiles(_rig.Authority.Issue([ClusterFiles.SiloName], notAfter: now.AddMinutes(10)), _rig.Authority));
        var door = await _rig.Silos(files);
        var before = await _rig.CallAsSilo(door);
        Assert.Equal("hello", await before.Says("hello"));
        _rig.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Contains("is valid from", await (await _rig.CallAsSilo(door)).Refused(), StringComparison.Ordinal);
        Assert.Equal("hello", await before.Says("hello"));
    }

    [Theory]
    [InlineData("other.streamforge.test")]
    [InlineData("streamforge.test")]
    [InlineData("x.silo.streamforge.test")]
    [InlineData("")]
    public async Task Another_name_does_not_count(string name)
    {
        var silos = await _rig.Silos();
        // The common name is no name.
        var certificate = _rig.Authority.Issue(name.Length == 0 ? [] : [name], subject: $"CN={ClusterFiles.SiloName}");
        Assert.False(await _rig.IsWelcome(silos, certificate));
        await Refused(silos, "silos", "name", $"not of {ClusterFiles.SiloName}");
    }

    [Fact]
    public async Task A_silo_of_another_name_is_not_talked_to()
    {
        var files = _rig.Keep(new ClusterFiles(_rig.Authority.Issue(["other.streamforge.test"], subject: $"CN={ClusterFiles.SiloName}"), _rig.Authority));
        files.Options.SiloName = "other.streamforge.test";
        var door = await _rig.Silos(files);
        Assert.Contains("is of other.streamforge.test, not of silo.streamforge.test", await (await _rig.CallAsSilo(door)).Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_servers_only_calls_nobody()
    {
        var silos = await _rig.Silos();
        Assert.False(await _rig.IsWelcome(silos, _rig.Authority.Issue([ClusterFiles.SiloName], forClients: false)));
        await Refused(silos, "silos", "usage", "extended key usage");
    }

    [Fact]
    public async Task What_stands_between_a_certificate_and_its_authority_is_sent_along()
    {
        var between = new TestAuthority("between", _rig.Time, above: _rig.Authority);
        var files = _rig.Keep(ClusterFiles.OfSilo(_rig.Authority));
        var signed = between.Issue([ClusterFiles.SiloName]);
        files.Write(signed.Pem + "\n" + between.Pem, signed.KeyPem, _rig.Authority);
        Assert.Equal("hello", await (await _rig.CallAsSilo(await _rig.Silos(files), files)).Says("hello"));
    }

    [Fact]
    public async Task An_authority_is_succeeded_by_another_without_a_moment_in_which_nobody_gets_through()
    {
        var next = new TestAuthority("next", _rig.Time);
        var (files, callers) = (_rig.Keep(ClusterFiles.OfSilo(_rig.Authority)), _rig.Keep(ClusterFiles.OfSilo(_rig.Authority)));
        var (identity, caller) = (files.Read(isSilo: true, _rig.Time), callers.Read(isSilo: true, _rig.Time));
        var door = _rig.Kept(await Doorway.Open(new InboundTls(identity, "silos", [ClusterFiles.SiloName], _rig.Refusals, _rig.Time).OnConnection));
        async Task<Caller> Calls() => _rig.Kept(await door.Call(new OutboundTls(caller, _rig.Refusals, _rig.Time).OnConnection));
        var first = await Calls();
        Assert.Equal("hello", await first.Says("hello"));
        // All trust both; then they have certificates of the new one, one after the other; then nobody trusts the old one.
        var (old, both) = (_rig.Authority.Issue([ClusterFiles.SiloName]), new[] { _rig.Authority, next });
        var signed = next.Issue([ClusterFiles.SiloName]);
        foreach (var (of, reads, certificate, authorities) in new[]
        {
            (files, identity, old, both), (callers, caller, old, both), (files, identity, signed, both), (callers, caller, signed, both),
            (files, identity, signed, [next]), (callers, caller, signed, [next]),
        })
        {
            of.Write(certificate, authorities);
            Assert.Equal(LookOutcome.Changed, reads.Look(out _));
            Assert.Equal("hello", await (await Calls()).Says("hello"));
        }
        // Who was there from the beginning is there still.
        Assert.Equal("hello", await first.Says("hello"));
        Assert.False(await _rig.IsWelcome(door, old));
    }

    [Fact]
    public async Task Who_begins_and_does_not_go_on_is_let_go()
    {
        var silos = await _rig.Silos();
        using var slow = new TcpClient();
        await slow.ConnectAsync(silos.EndPoint);
        await slow.GetStream().WriteAsync(new byte[] { 22, 3, 1, 0 });
        await Eventually.Holds(() => _rig.Time.Waiting > 0, Deadline, "the door's clock runs");
        _rig.Time.Advance(TlsHandshake.Within);
        await Refused(silos, "silos", "handshake", "did not complete the TLS handshake within 10 s");
        Assert.Equal(0, await slow.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Deadline));
    }

    [Fact]
    public async Task Who_only_looks_whether_the_port_is_open_is_nobodys_concern()
    {
        var silos = await _rig.Silos();
        using (var probe = new TcpClient())
            await probe.ConnectAsync(silos.EndPoint);
        Assert.Equal("hello", await (await _rig.CallAsSilo(silos)).Says("hello"));
        Assert.Empty(_rig.Logs.All);
    }

    [Fact]
    public async Task The_same_is_said_once_a_minute_and_counted_each_time()
    {
        var silos = await _rig.Silos();
        for (var i = 1; i <= 3; i++)
        {
            await _rig.IsWelcome(silos, certificate: null);
            await Eventually.Holds(() => _rig.Refused("silos", "no-certificate") == i, Deadline, "it is counted");
        }
        await Eventually.Holds(() => _rig.Logs.With("it shows no certificate").Any(), Deadline, "it is said");
        _rig.Time.Advance(TimeSpan.FromMinutes(1));
        await _rig.IsWelcome(silos, certificate: null);
        await Eventually.Holds(() => _rig.Logs.With("it shows no certificate").Count() >= 2, Deadline, "it is said again");
        Assert.Equal(2, _rig.Logs.With("it shows no certificate").Count());
    }

    private async Task Refused(Doorway door, string port, string kind, string words)
    {
        await Eventually.Holds(() => _rig.Refused(port, kind) > 0 && _rig.Logs.With("is refused at the port").Any(), Deadline, $"refused as {kind}");
        Assert.Contains(words, Assert.Single(_rig.Logs.With("is refused at the port")), StringComparison.Ordinal);
        Assert.Equal(0, door.Entered);
    }
}
