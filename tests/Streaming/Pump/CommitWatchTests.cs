using Microsoft.Extensions.Logging;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

public sealed class CommitWatchTests
{
    [Fact]
    public void An_outage_is_one_line_and_its_end_another_however_many_partitions_and_checkpoints_it_takes()
    {
        var lines = new Lines();
        var watch = new CommitWatch("g", lines);
        for (var outage = 0; outage < 2; outage++)
        {
            watch.Worked();
            for (var partition = 0; partition < 16; partition++)
                watch.Failed(new TopicPartition("t", partition), new EventLogException("the broker is away"));
            for (var partition = 0; partition < 16; partition++)
                watch.Worked();
        }

        string[] once =
        [
            "Warning: Group g cannot commit to the log; the stored marks hold. First t/0: the broker is away",
            "Information: Group g commits to the log again",
        ];
        Assert.Equal([.. once, .. once], lines.Written);
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Null(exception);
            Written.Add($"{logLevel}: {formatter(state, exception)}");
        }
    }
}
