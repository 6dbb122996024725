using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Metrics;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Api.Reading;

namespace StreamForge.Tests.Api;

/// <summary>What Prometheus scrapes.</summary>
public sealed class MetricsTests : IDisposable
{
    private static int _meters;

    private readonly ApiHost _host;
    private readonly Meter _meter = new($"Exact.{Interlocked.Increment(ref _meters)}.");
    private readonly MetricCollector _collector;

    public MetricsTests(ApiHost host)
    {
        _host = host;
        var options = new ClientApiOptions { Meters = [_meter.Name], MaxSeries = 3 };
        _collector = new MetricCollector(Options.Create(options), NullLogger<MetricCollector>.Instance);
    }

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task The_address_answers_the_text_format()
    {
        await using var stream = await SseReader.Open(_host, _host.NewInstrument().Book(1, 1, 2).Id);
        await stream.Next("snapshot");

        using var response = await _host.Get("/metrics", ("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var families = PrometheusParser.Parse(await response.Content.ReadAsStringAsync());
        var streams = families["streamforge_api_streams"];
        Assert.Equal("gauge", streams.Type);
        Assert.Equal("Server-sent event streams open.", streams.Help);
        Assert.True(Assert.Single(streams.Samples).Value >= 1);
    }

    [Fact]
    public void Counters_add_up_by_labels_in_any_order()
    {
        var counter = _meter.CreateCounter<long>("requests.made", "{request}", "How \\ many\nrequests.");
        counter.Add(1, new("b", 2), new("a", "x"));
        counter.Add(2, new("a", "x"), new("b", 2));
        counter.Add(4, new KeyValuePair<string, object?>("a", "y"));

        var family = Collect()["requests_made_total"];

        Assert.Equal("counter", family.Type);
        Assert.Equal("How \\ many\nrequests.", family.Help);
        Assert.Equal(3, family.Samples.Single(sample => sample.Labels.Count == 2).Value);
        Assert.Equal(4, family.Samples.Single(sample => sample.Labels.Count == 1).Value);
    }

    [Fact]
    public void Labels_are_escaped_and_their_names_made_legal()
    {
        var counter = _meter.CreateCounter<int>("c");
        counter.Add(1, new("http.route", "a\"b\\c\nd"), new("0x", null), new("on", true));

        var labels = Collect()["c_total"].Samples.Single().Labels;

        Assert.Equal("a\"b\\c\nd", labels["http_route"]);
        Assert.Equal("", labels["_0x"]);
        Assert.Equal("true", labels["on"]);
    }

    [Fact]
    public void Histograms_count_into_every_bucket_at_or_above_the_value()
    {
        var histogram = _meter.CreateHistogram("wait", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 10] });
        foreach (var value in (double[])[0.1, 0.5, 5, 50])
            histogram.Record(value);

        var family = Collect()["wait_seconds"];

        Assert.Equal("histogram", family.Type);
        var buckets = family.Samples.Where(sample => sample.Name == "wait_seconds_bucket").Select(sample => (sample.Labels["le"], sample.Value));
        Assert.Equal([("0.1", 1.0), ("1", 2.0), ("10", 3.0), ("+Inf", 4.0)], buckets);
        Assert.Equal(55.6, family.Samples.Single(sample => sample.Name == "wait_seconds_sum").Value, 9);
        Assert.Equal(4, family.Samples.Single(sample => sample.Name == "wait_seconds_count").Value);
    }

    [Fact]
    public void Observed_values_are_those_of_the_scrape_and_vanish_with_what_they_tell()
    {
        var lag = new Dictionary<int, long> { [0] = 5, [1] = 7 };
        _meter.CreateObservableGauge("lag", () => lag.Select(pair => new Measurement<long>(pair.Value, new KeyValuePair<string, object?>("partition", pair.Key))));
        var first = Collect()["lag"].Samples;
        lag.Remove(1);
        lag[0] = 6;
        var second = Collect()["lag"].Samples;

        Assert.Equal([5.0, 7.0], first.Select(sample => sample.Value));
        Assert.Equal(6, Assert.Single(second).Value);
    }

    [Fact]
    public void Gauges_hold_the_last_value_and_take_the_odd_ones()
    {
        var gauge = _meter.CreateGauge<double>("odd");
        gauge.Record(1, new KeyValuePair<string, object?>("k", "inf"));
        gauge.Record(double.PositiveInfinity, new KeyValuePair<string, object?>("k", "inf"));
        gauge.Record(double.NaN, new KeyValuePair<string, object?>("k", "nan"));

        Assert.Equal([double.PositiveInfinity, double.NaN], Collect()["odd"].Samples.Select(sample => sample.Value));
    }

    [Fact]
    public void Series_beyond_the_limit_are_summed_up_under_one()
    {
        var counter = _meter.CreateCounter<int>("many");
        for (var value = 0; value < 10; value++)
            counter.Add(1, new KeyValuePair<string, object?>("k", value));

        var samples = Collect()["many_total"].Samples;

        Assert.Equal(4, samples.Count);
        Assert.Equal(7, samples.Single(sample => sample.Labels.ContainsKey("otel_metric_overflow")).Value);
    }

    [Theory]
    [InlineData("memory.used", "By", "gauge", "memory_used_bytes")]
    [InlineData("share", "1", "gauge", "share_ratio")]
    [InlineData("rate", "By/s", "gauge", "rate_bytes_per_second")]
    [InlineData("already_seconds", "s", "gauge", "already_seconds")]
    [InlineData("bytes.read", "By", "counter", "bytes_read_bytes_total")]
    [InlineData("done.total", "", "counter", "done_total")]
    [InlineData("odd--name", "{thing}", "gauge", "odd_name")]
    public void Names_follow_the_rules_of_opentelemetry(string name, string unit, string kind, string expected)
    {
        Instrument instrument = kind == "counter" ? _meter.CreateCounter<int>(name, unit) : _meter.CreateUpDownCounter<int>(name, unit);

        Assert.Equal(expected, MetricName.Of(instrument, kind == "counter" ? MetricKind.Counter : MetricKind.Gauge));
    }

    [Fact]
    public void A_name_of_two_types_stays_with_the_first()
    {
        _meter.CreateGauge<int>("same_total").Record(1);
        _meter.CreateCounter<int>("same").Add(5);

        Assert.Equal("gauge", Collect()["same_total"].Type);
    }

    private Dictionary<string, Family> Collect() => PrometheusParser.Parse(PrometheusText.Render(_collector));
}
