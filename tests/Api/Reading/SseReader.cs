using System.Text.Json;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api.Reading;

/// <summary>A server-sent event, or a comment (<see cref="Name"/> is then empty).</summary>
internal sealed record SseEvent(string? Id, string Name, string Data, string? Comment = null)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;
}

/// <summary>Reads server-sent events as the specification says (WHATWG HTML, 9.2.6), comments too.</summary>
internal sealed class SseReader : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private SseReader(HttpResponseMessage response, Stream body) => (_response, _lines) = (response, new StreamReader(body));

    public HttpResponseMessage Response => _response;

    /// <summary>The id of the last event with one.</summary>
    public string? LastEventId { get; private set; }

    public static async Task<SseReader> Open(ApiHost host, string instrument, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/instruments/{instrument}/stream");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId));
        var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        return new SseReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event or comment; null at the end of the stream.</summary>
    public async Task<SseEvent?> NextOrComment()
    {
        using var late = new CancellationTokenSource(ApiHost.Deadline);
        string? id = null, name = null, data = null;
        while (await _lines.ReadLineAsync(late.Token) is { } line)
        {
            if (line.StartsWith(':'))
                return new SseEvent(null, "", "", line[1..].Trim());
            if (line.Length == 0)
            {
                if (data is null)
                    continue;
                LastEventId = id ?? LastEventId;
                return new SseEvent(id, name ?? "message", data);
            }
            var (field, value) = Split(line);
            switch (field)
            {
                case "id":
                    id = value;
                    break;
                case "event":
                    name = value;
                    break;
                case "data":
                    data = data is null ? value : data + '\n' + value;
                    break;
                case "retry":
                    break;
                default:
                    Assert.Fail($"A line of the stream has an unknown field: {line}");
                    break;
            }
        }
        return null;
    }

    /// <summary>The next event.</summary>
    public async Task<SseEvent> Next()
    {
        SseEvent? read;
        do
            read = await NextOrComment();
        while (read is { Comment: not null });
        return read ?? throw new EndOfStreamException();
    }

    public async Task<SseEvent> Next(string name)
    {
        var next = await Next();
        Assert.Equal(name, next.Name);
        return next;
    }

    public async Task<List<SseEvent>> Take(int count)
    {
        var taken = new List<SseEvent>();
        while (taken.Count < count)
            taken.Add(await Next());
        return taken;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private static (string Field, string Value) Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return (line, "");
        var value = line[(colon + 1)..];
        return (line[..colon], value.StartsWith(' ') ? value[1..] : value);
    }
}
