using Microsoft.Extensions.Logging;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Tests.Support;
using Ck = Confluent.Kafka;

namespace StreamForge.Tests.Streaming.Kafka;

/// <summary>What an operator reads at night: changes, and sums.</summary>
public class KafkaLinkTests
{
    private readonly ManualTime _time = new();
    private readonly Lines _lines = new();
    private readonly KafkaLink _link;

    public KafkaLinkTests() => _link = new KafkaLink(new KafkaOptions { BootstrapServers = "b:9092" }, _time, _lines);

    [Fact]
    public void A_broker_that_is_away_is_said_once_summed_up_each_minute_and_its_return_said_once()
    {
        for (var second = 0; second < 150; second++)
        {
            _link.Failed("member", new Ck.Error(Ck.ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.True(_link.IsAway);
        Assert.True(_link.Gone.IsCompleted);
        Assert.Equal(3, _lines.All.Count);
        Assert.Contains("No broker at b:9092 answers", _lines.All[0], StringComparison.Ordinal);
        Assert.Contains("60 times", _lines.All[1], StringComparison.Ordinal);

        _link.Worked();
        _link.Worked();
        Assert.False(_link.IsAway);
        Assert.False(_link.Gone.IsCompleted);
        Assert.Equal(4, _lines.All.Count);
        Assert.Contains("answers again after 00:02:30", _lines.All[3], StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_client_still_reaches_is_no_return()
    {
        _link.Failed("member", new Ck.Error(Ck.ErrorCode.Local_AllBrokersDown, "down"));
        _link.Worked();
        Assert.True(_link.IsAway);
        _time.Advance(TimeSpan.FromSeconds(2));
        _link.Worked();
        Assert.False(_link.IsAway);
    }

    [Fact]
    public void Each_kind_of_error_is_said_and_said_anew_after_a_minute_without_it()
    {
        _link.Failed("fetcher", new Ck.Error(Ck.ErrorCode.Local_Transport, "refused"));
        _link.Failed("admin", new Ck.Error(Ck.ErrorCode.Local_Transport, "refused"));
        _link.Failed("fetcher", new Ck.Error(Ck.ErrorCode.TopicAuthorizationFailed, "not allowed"));
        Assert.Equal(2, _lines.All.Count);
        _time.Advance(TimeSpan.FromMinutes(2));
        _link.Failed("admin", new Ck.Error(Ck.ErrorCode.Local_Transport, "refused"));
        Assert.Equal(3, _lines.All.Count);
        Assert.False(_link.IsAway);
    }

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
