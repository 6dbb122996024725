using System.Diagnostics;
using System.Globalization;

namespace StreamForge.Drills.Watching;

/// <summary>
/// Asks the API for all instruments all the time, one after the other, and once more where there was no answer. Notes what failed for good,
/// and every answer that calls itself live although its sequence is lower than one before.
/// </summary>
internal sealed class SteadyReader : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _api;
    private readonly IReadOnlyList<string> _symbols;
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];
    private readonly List<string> _stepsBack = [];
    private readonly Task _reading;

    public SteadyReader(Uri api, IReadOnlyList<string> symbols)
    {
        _api = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(10) };
        _symbols = symbols;
        _reading = Task.Run(Read);
    }

    public int Requests { get; private set; }

    /// <summary>Requests whose second attempt was needed.</summary>
    public int AskedAgain { get; private set; }

    /// <summary>Requests that failed twice, each with why.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Answers that were live and older than one before.</summary>
    public IReadOnlyList<string> StepsBack => _stepsBack;

    /// <summary>The longest that a request took, its second attempt included.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Asks no more; what it has noted is whole then.</summary>
    public async Task End()
    {
        await _ending.CancelAsync();
        await _reading;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Requests} requests, {AskedAgain} asked again, {_failures.Count} failed, {_stepsBack.Count} stepped back, {Longest.TotalSeconds:0.00} s at most");

    public async ValueTask DisposeAsync()
    {
        await End();
        _api.Dispose();
        _ending.Dispose();
    }

    private async Task Read()
    {
        for (var i = 0; !_ending.IsCancellationRequested; i++)
        {
            await Task.Delay(Pace, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var symbol = _symbols[i % _symbols.Count];
            var began = Stopwatch.GetTimestamp();
            Requests++;
            if (await Ask(symbol) is not null)
            {
                AskedAgain++;
                if (await Ask(symbol) is { } reason)
                    _failures.Add(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {symbol}: {reason}"));
            }
            var took = Stopwatch.GetElapsedTime(began);
            Longest = took > Longest ? took : Longest;
        }
    }

    /// <returns>Why there is no answer.</returns>
    private async Task<string?> Ask(string symbol)
    {
        try
        {
            using var answer = await _api.GetAsync(new Uri($"v1/instruments/binance:{symbol}/book?depth=5", UriKind.Relative));
            if (!answer.IsSuccessStatusCode)
                return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            Note(symbol, Header(answer, "X-Freshness"), long.Parse(Header(answer, "X-Sequence"), CultureInfo.InvariantCulture));
            return null;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return error.Message;
        }
    }

    private void Note(string symbol, string freshness, long sequence)
    {
        var highest = _sequences.GetValueOrDefault(symbol);
        if (sequence < highest && freshness.StartsWith("live", StringComparison.Ordinal))
            _stepsBack.Add($"{symbol}: {sequence} after {highest}");
        _sequences[symbol] = Math.Max(highest, sequence);
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
