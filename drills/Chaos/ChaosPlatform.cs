using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StreamForge.Drills.Rigs;
using StreamForge.Standalone.Cluster;

namespace StreamForge.Drills.Chaos;

/// <summary>The platform in one process on files, as <c>./platform up</c> runs it, beside an exchange in a process of its own.</summary>
internal sealed class ChaosPlatform : IChaosRig
{
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(60);
    private readonly string _folder;
    private readonly int _port = FreePort();
    private ManagedProcess _process;

    private ChaosPlatform(ExchangeProcess exchange, string folder)
    {
        (Exchange, _folder) = (exchange, folder);
        Api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/"), Timeout = TimeSpan.FromSeconds(20) };
        Disasters = [new("kill -9", Kill), new("SIGTERM", End), new("held, and let go", Hold)];
        _process = StartProcess();
    }

    public ExchangeProcess Exchange { get; }

    public HttpClient Api { get; }

    public IReadOnlyList<Disaster> Disasters { get; }

    public string Name => "one process on files";

    public static async Task<ChaosPlatform> Start(string folder, int instruments, int rate, int seed, CancellationToken cancellation)
    {
        var exchange = await ExchangeProcess.Start(instruments, rate, seed, folder, cancellation);
        var platform = new ChaosPlatform(exchange, folder);
        try
        {
            await Until.Holds(platform.IsReady, UpWithin, "the platform is ready", cancellation);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        if (!_process.HasExited)
        {
            // Who is stopped cannot end.
            _process.Send(UnixSignal.Continue);
            await _process.End(EndWithin);
        }
        _process.Dispose();
        await Exchange.DisposeAsync();
    }

    private ManagedProcess StartProcess() => ManagedProcess.Start(
        "platform",
        "StreamForge.Standalone",
        [
            "up", "--headless", "--live", "binance", "--endpoint", Exchange.Address.ToString(), "--symbols", string.Join(',', Exchange.Symbols),
            "--data", Path.Combine(_folder, "data"), "--port", _port.ToString(CultureInfo.InvariantCulture),
        ],
        new Dictionary<string, string>(),
        Path.Combine(_folder, "platform.log"));

    private void Restart()
    {
        _process.Dispose();
        _process = StartProcess();
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var answer = await Api.GetAsync(new Uri("health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task Kill(Random random, CancellationToken cancellation)
    {
        await _process.Kill();
        await Chance.Pause(random, 3, cancellation);
        Restart();
    }

    private async Task End(Random random, CancellationToken cancellation)
    {
        _process.Send(UnixSignal.Terminate);
        await ClusterRig.Ended(_process, EndWithin);
        await Chance.Pause(random, 2, cancellation);
        Restart();
    }

    private async Task Hold(Random random, CancellationToken cancellation)
    {
        _process.Send(UnixSignal.Stop);
        await Chance.Pause(random, 12, cancellation);
        _process.Send(UnixSignal.Continue);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
