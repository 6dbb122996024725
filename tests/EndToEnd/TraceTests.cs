using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>A trace goes with a frame from the connector to the grain, and costs nothing where nobody asked for it.</summary>
public sealed class TraceTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task One_trace_leads_from_the_raw_frame_by_parser_and_pump_to_the_grain()
    {
        using var folder = new TempFolder();
        await using var collector = await TraceCollector.Start();
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Endpoint,
            ["StreamForge__Telemetry__Sampling"] = "1",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        };
        using var platform = new ChildProcess(
            environment, "up", "--headless", "--data", folder.Path, "--port", "0", "--instruments", "2", "--rate", "20");
        using var http = new HttpClient { BaseAddress = new Uri(new Uri(await platform.Says("instruments  ", Deadline)), "/") };
        var whole = Array.Empty<CollectedSpan>();
        await Eventually.Holds(() => (whole = Whole(collector.Spans)).Length > 0, Deadline, "a whole trace has come");

        var frame = whole.Single(span => span.Name == "frame");
        Assert.Equal("", frame.Parent);
        Assert.Contains(whole, span => span.Name == "derive" && span.Parent == frame.Id);
        var deliveries = whole.Where(span => span.Name == "deliver").ToArray();
        Assert.Contains(deliveries, span => span.Parent == frame.Id);
        // Below the delivery, or what carries calls to grains below it; where nothing carries it, below the frame itself.
        Assert.Contains(whole, span => span.Name == "ingest" && span.Parent.Length > 0);

        // What an answer says of where it comes from is such a trace.
        await Eventually.HoldsAsync(
            async () => await TraceOf(http) is { } trace && Whole([.. collector.Spans.Where(span => span.Trace == trace)]).Length > 0,
            Deadline,
            "the trace that an answer names has come");
        platform.Interrupt();
        Assert.Equal(0, await platform.Exit(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Where_nobody_listens_a_delivery_costs_nothing()
    {
        var batch = new IngestBatch { Topic = "t", LogId = Guid.Empty, Partition = 0, Epoch = 1, Records = [] };
        RecordTracing.Ingest("a", batch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            Assert.Null(RecordTracing.Ingest("a", batch));
        // What the assertion itself takes is nothing for a reference.
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The spans of a trace that has all steps; none where there is no such trace.</summary>
    private static CollectedSpan[] Whole(IReadOnlyList<CollectedSpan> spans) => spans
        .GroupBy(span => span.Trace)
        .FirstOrDefault(trace => trace.Count(span => span.Name == "frame") == 1
            && new[] { "derive", "deliver", "ingest" }.All(name => trace.Any(span => span.Name == name)))?.ToArray() ?? [];

    private static async Task<string?> TraceOf(HttpClient http)
    {
        var list = await http.GetFromJsonAsync<JsonElement>("/v1/instruments");
        if (list.GetProperty("items").EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } first)
            return null;
        var view = await http.GetFromJsonAsync<JsonElement>("/v1/instruments/" + first.GetProperty("instrument").GetString());
        return view.GetProperty("provenance").GetProperty("traceParent").GetString()?.Split('-')[1];
    }
}
