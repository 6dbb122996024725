using System.Net;
using System.Net.Sockets;
using StreamForge.Hosting;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>What a user meets first: a platform that starts, or says in one sentence why it does not.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Metrics_tell_of_partitions_and_events()
    {
        using var folder = new TempFolder();
        await using var platform = await TestPlatform.Start(Generated(folder.Path));
        var metrics = await platform.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        foreach (var name in new[] { "streamforge_partition_lag", "streamforge_partition_low_water", "streamforge_events_total", "streamforge_keys_parked" })
            Assert.Contains("# TYPE " + name, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_occupied_port_is_one_sentence_and_nothing_is_left_open()
    {
        using var folder = new TempFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var error = await Assert.ThrowsAsync<StartupException>(() =>
            PlatformHost.Create(Generated(folder.Path) with { Port = port }, PlatformSeams.None, CancellationToken.None));
        Assert.Contains($"--port: {port} cannot be used", error.Message, StringComparison.Ordinal);
        await using var platform = await TestPlatform.Start(Generated(folder.Path));
        Assert.Equal(HttpStatusCode.OK, (await platform.Http.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_data_folder_has_one_owner()
    {
        using var folder = new TempFolder();
        await using var platform = await TestPlatform.Start(Generated(folder.Path));
        var error = await Assert.ThrowsAsync<StartupException>(() =>
            PlatformHost.Create(Generated(folder.Path), PlatformSeams.None, CancellationToken.None));
        Assert.Contains("is in use", error.Message, StringComparison.Ordinal);
    }

    private static UpOptions Generated(string folder) => TestPlatform.Replay(folder) with { Instruments = 2, Rate = 20 };
}
