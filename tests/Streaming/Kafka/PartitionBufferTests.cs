using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Kafka;

namespace StreamForge.Tests.Streaming.Kafka;

/// <summary>What lies between the fetching thread and the reader.</summary>
public sealed class PartitionBufferTests
{
    private const int Capacity = 1_000;
    private readonly PartitionBuffer _buffer = new(Capacity);

    private static LogRecord Record(long offset, int bytes = 68) => new()
    {
        Partition = new TopicPartition("t", 0), Offset = offset, Timestamp = DateTimeOffset.UnixEpoch, Value = new byte[bytes],
    };

    [Fact]
    public void It_asks_to_pause_when_full_and_to_go_on_when_half_empty()
    {
        var generation = _buffer.Restart(0);
        for (var offset = 0; offset < 9; offset++)
            Assert.False(_buffer.Add(generation, Record(offset)));
        Assert.True(_buffer.Add(generation, Record(9)), "1,000 of 1,000 bytes");

        _buffer.Take(400, out var first);
        Assert.Equal(4, first.Records!.Count);
        Assert.False(first.Resume, "600 bytes are left");
        _buffer.Take(100, out var second);
        Assert.True(second.Resume, "500 bytes are left");
        _buffer.Take(100, out var third);
        Assert.False(third.Resume, "it was asked once");
    }

    [Fact]
    public void Records_of_before_a_seek_are_dropped()
    {
        var before = _buffer.Restart(0);
        _buffer.Add(before, Record(0));
        var after = _buffer.Restart(100);
        _buffer.Add(before, Record(1));
        _buffer.Fail(before, new InvalidOperationException());
        _buffer.NoteEnd(before, 2, reached: true);
        _buffer.Take(1_000, out var nothing);
        Assert.Equal((null, null, 100L, -1L), (nothing.Records, nothing.Failure, nothing.Position, nothing.ReachedEnd));

        _buffer.Add(after, Record(100));
        _buffer.Take(1_000, out var taken);
        Assert.Equal(100, Assert.Single(taken.Records!).Offset);
        Assert.Equal(101, taken.Position);
    }

    [Fact]
    public void An_error_comes_after_the_records_before_it()
    {
        var generation = _buffer.Restart(0);
        _buffer.Add(generation, Record(0));
        _buffer.Fail(generation, new InvalidOperationException("later"));
        _buffer.Take(1_000, out var records);
        Assert.Null(records.Failure);
        _buffer.Take(1_000, out var failure);
        Assert.Equal("later", failure.Failure!.Message);
        Assert.Equal(1, failure.Position);
    }

    [Fact]
    public void The_end_counts_as_reached_only_when_all_is_taken()
    {
        var generation = _buffer.Restart(0);
        _buffer.Add(generation, Record(0));
        _buffer.Add(generation, Record(1));
        _buffer.NoteEnd(generation, 5, reached: true); // offsets 2 to 4 are holes
        _buffer.Take(1, out var first);
        Assert.Equal(-1, first.ReachedEnd);
        _buffer.Take(1, out var second);
        Assert.Equal((5L, 5L), (second.ReachedEnd, second.End));
    }

    [Fact]
    public void A_waiting_reader_is_woken_by_records_errors_and_the_end_of_ownership()
    {
        var generation = _buffer.Restart(0);
        var records = _buffer.Changed();
        Assert.False(records.IsCompleted);
        _buffer.Add(generation, Record(0));
        Assert.True(records.IsCompleted);
        _buffer.Take(1_000, out _);

        var closed = _buffer.Changed();
        Assert.False(closed.IsCompleted);
        _buffer.Close();
        Assert.True(closed.IsCompleted);
        Assert.Throws<OperationCanceledException>(() => _buffer.Take(1_000, out _));
        Assert.False(_buffer.Add(generation, Record(1)));
    }
}
