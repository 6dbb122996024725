using System.Diagnostics;
using System.Net.Http;
using System.Text.Json;

namespace StreamForge.Bench.Ingest;

/// <summary>
/// A client of the API that follows one instrument by server-sent events and notes when it sees what: the sequence of a book, the
/// id of a trade.
/// </summary>
internal sealed class StreamFollower(Uri api, string instrument) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(bool IsTrade, long Id, long SeenAt)> _seen = [];

    /// <summary>Completes when it has a place in the stream: it misses nothing from here on.</summary>
    public Task Ready => _ready.Task;

    /// <summary>What was seen, in order, with ticks of the stopwatch. To be read after the end.</summary>
    public IReadOnlyList<(bool IsTrade, long Id, long SeenAt)> Seen => _seen;

    /// <summary>Events of books and trades so far.</summary>
    public int Count { get; private set; }

    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await using var stream = await _http.GetStreamAsync(new Uri(api, $"/v1/instruments/{instrument}/stream"), cancellation);
            await Follow(stream, cancellation);
            throw new InvalidOperationException($"The stream of {instrument} ended.");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Seen enough.
        }
        catch (Exception error)
        {
            _ready.TrySetException(error);
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task Follow(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        var kept = 0;
        while (true)
        {
            if (kept == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = await stream.ReadAsync(buffer.AsMemory(kept), cancellation);
            if (read == 0)
                return;
            var now = Stopwatch.GetTimestamp();
            var text = buffer.AsSpan(0, kept + read);
            int end;
            while ((end = text.IndexOf("\n\n"u8)) >= 0)
            {
                Take(text[..end], now);
                text = text[(end + 2)..];
            }

            kept = text.Length;
            text.CopyTo(buffer);
        }
    }

    private void Take(ReadOnlySpan<byte> message, long now)
    {
        var name = message.IndexOf("event: "u8);
        if (name < 0)
            return;
        var kind = message[(name + 7)..];
        if (kind.StartsWith("snapshot"u8))
            _ready.TrySetResult();
        else if (kind.StartsWith("book"u8))
            Note(isTrade: false, Number(message, "sequence"u8), now);
        else if (kind.StartsWith("trade"u8))
            Note(isTrade: true, Number(message, "tradeId"u8), now);
        else if (kind.StartsWith("dropped"u8) || kind.StartsWith("reset"u8))
            throw new InvalidOperationException($"The stream of {instrument} was cut: the reader was too slow.");
    }

    private void Note(bool isTrade, long id, long now)
    {
        _seen.Add((isTrade, id, now));
        Count++;
    }

    private static long Number(ReadOnlySpan<byte> message, ReadOnlySpan<byte> field)
    {
        var json = new Utf8JsonReader(message[(message.IndexOf("data: "u8) + 6)..]);
        while (json.Read())
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(field))
                return json.Read() && json.TryGetInt64(out var number) ? number : -1;
        return -1;
    }
}
