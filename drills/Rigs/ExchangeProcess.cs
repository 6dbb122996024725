using System.Globalization;
using System.Text.Json;
using StreamForge.Standalone.Cluster;

namespace StreamForge.Drills.Rigs;

/// <summary>A generated market as a process of its own, which nothing that is done to the platform touches: what it says is the truth.</summary>
internal sealed class ExchangeProcess : IAsyncDisposable
{
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);
    private readonly ManagedProcess _process;

    private ExchangeProcess(ManagedProcess process, Uri address, IReadOnlyList<string> symbols)
    {
        _process = process;
        Address = address;
        Symbols = symbols;
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
    }

    public Uri Address { get; }

    public IReadOnlyList<string> Symbols { get; }

    public HttpClient Http { get; }

    /// <summary>Starts one that waits with its first event until all its streams are subscribed to.</summary>
    /// <param name="rate">Events a second, over all instruments.</param>
    /// <param name="folder">Its log goes there.</param>
    public static async Task<ExchangeProcess> Start(int instruments, int rate, int seed, string folder, CancellationToken cancellation)
    {
        var process = ManagedProcess.Start(
            "exchange",
            "StreamForge.Standalone",
            ["exchange", "--instruments", Text(instruments), "--rate", Text(rate), "--seed", Text(seed)],
            new Dictionary<string, string>(),
            Path.Combine(folder, "exchange.log"),
            awaited: "exchange: binance at ");
        try
        {
            var said = await process.Said.WaitAsync(UpWithin, cancellation);
            return new ExchangeProcess(
                process,
                new Uri(said),
                [.. Enumerable.Range(1, instruments).Select(number => string.Create(CultureInfo.InvariantCulture, $"SYM{number:0000}USDT"))]);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>The market stands still: what it has sent is all that there is.</summary>
    public Task Pause() => Post("sim/pause");

    public Task Resume() => Post("sim/resume");

    public async Task<JsonElement> Status()
    {
        using var body = JsonDocument.Parse(await Http.GetStringAsync(new Uri("sim/status", UriKind.Relative)));
        return body.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            await _process.End(EndWithin);
        _process.Dispose();
    }

    private async Task Post(string path)
    {
        using var answer = await Http.PostAsync(new Uri(path, UriKind.Relative), null);
        answer.EnsureSuccessStatusCode();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
