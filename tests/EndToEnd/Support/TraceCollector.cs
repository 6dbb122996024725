using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>A span as it came over the wire; ids in hexadecimal, no parent: empty.</summary>
internal sealed record CollectedSpan(string Trace, string Id, string Parent, string Name);

/// <summary>Takes traces by OTLP over HTTP, as a collector does.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CollectedSpan> _spans = new();

    private TraceCollector(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.First();

    public IReadOnlyList<CollectedSpan> Spans => [.. _spans];

    public static async Task<TraceCollector> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new TraceCollector(app);
        app.MapPost("/v1/traces", collector.Take);
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        // opentelemetry.proto.collector.trace.v1: ExportTraceServiceRequest, ResourceSpans, ScopeSpans, Span.
        foreach (var (_, resource) in Fields(body.ToArray(), 1))
            foreach (var (_, scope) in Fields(resource, 2))
                foreach (var (_, span) in Fields(scope, 2))
                    _spans.Enqueue(new CollectedSpan(Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(Fields(span, 5).Single().Value)));
        context.Response.ContentType = "application/x-protobuf";
    }

    private static string Hex(byte[] message, int field) => Fields(message, field) is [var (_, value)] ? Convert.ToHexStringLower(value) : "";

    /// <summary>The fields of one number that have a length, of a protobuf message; all others are passed over.</summary>
    private static List<(int Number, byte[] Value)> Fields(byte[] message, int wanted)
    {
        var found = new List<(int, byte[])>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == wanted)
                        found.Add((wanted, message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} is not expected.");
            }
        }
        return found;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
