using System.Text;
using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>What stands among the records of a partition and is no event: watermarks, losses, and the headers of all, damaged.</summary>
public sealed class RecordFuzzTests
{
    private const int Records = 50_000;
    private static readonly TopicPartition Place = new("market.depth", 2);

    [Fact]
    public void A_watermark_is_read_whole_or_not_at_all()
    {
        var random = Seeded.NewRandom();
        var word = JsonSerializer.SerializeToUtf8Bytes(
            new SourceWatermark { Source = "binance", Through = DateTimeOffset.UnixEpoch, Up = false, Reason = "the link is silent" });
        var refused = 0;
        for (var i = 0; i < Records; i++)
        {
            if (!WatermarkRecord.TryRead(Of(RecordSchemas.Watermark, ByteMutator.Mutate(word, random)), out var read))
            {
                refused++;
                continue;
            }

            Assert.False(string.IsNullOrEmpty(read.Source));
            Assert.Equal(TimeSpan.Zero, read.Through.Offset);
            new WatermarkHistory().Add(1, read);
        }

        Assert.InRange(refused, 1, Records - 1);
    }

    [Theory]
    [InlineData("""{"source":null,"through":"2026-01-01T00:00:00Z","up":true}""")]
    [InlineData("""{"source":"","through":"2026-01-01T00:00:00Z","up":true}""")]
    [InlineData("""{"source":"binance","up":true}""")]
    [InlineData("""null""")]
    public void A_watermark_without_what_it_needs_is_none(string word) =>
        Assert.False(WatermarkRecord.TryRead(Of(RecordSchemas.Watermark, Encoding.UTF8.GetBytes(word)), out _));

    [Fact]
    public void A_loss_is_read_whole_or_not_at_all()
    {
        var random = Seeded.NewRandom();
        var word = LossRecord.Of(new PartitionLoss(3, 9, DateTimeOffset.UnixEpoch), Place, Guid.NewGuid(), "market.depth").Value;
        var refused = 0;
        for (var i = 0; i < Records; i++)
            if (!LossRecord.TryRead(Of(RecordSchemas.Loss, ByteMutator.Mutate(word.Span, random)), out _))
                refused++;
        Assert.InRange(refused, 1, Records - 1);
    }

    [Theory]
    [InlineData("""{"topic":"market.raw","logId":"0f8fad5b-d9cb-469f-a165-70867728950e","partition":1,"from":3,"to":9}""")]
    [InlineData("""{}""")]
    [InlineData("""null""")]
    public void A_loss_without_a_time_is_none(string word) =>
        Assert.False(LossRecord.TryRead(Of(RecordSchemas.Loss, Encoding.UTF8.GetBytes(word)), out _));

    [Fact]
    public void A_record_is_a_mark_by_the_whole_of_its_header_and_readable_by_its_value()
    {
        var random = Seeded.NewRandom();
        var watermark = JsonSerializer.SerializeToUtf8Bytes(new SourceWatermark { Source = "s", Through = DateTimeOffset.UnixEpoch, Up = true });
        var loss = LossRecord.Of(new PartitionLoss(3, 9, DateTimeOffset.UnixEpoch), Place, Guid.NewGuid(), "market.depth").Value.ToArray();
        string[] schemas = [RecordSchemas.Watermark, RecordSchemas.Loss, RecordSchemas.Market];
        var marks = 0;
        for (var i = 0; i < Records; i++)
        {
            var schema = Encoding.UTF8.GetString(ByteMutator.Mutate(Encoding.UTF8.GetBytes(schemas[i % 3]), random));
            schema = random.Next(2) == 0 ? schema : schemas[i % 3];
            var kind = MarkRecord.KindOf(Of(schema, watermark));
            Assert.Equal(
                schema switch { RecordSchemas.Watermark => MarkKind.Watermark, RecordSchemas.Loss => MarkKind.Loss, _ => MarkKind.None }, kind);
            Assert.Equal(kind == MarkKind.Watermark, MarkRecord.IsReadable(Of(schema, watermark)));
            Assert.Equal(kind == MarkKind.Loss, MarkRecord.IsReadable(Of(schema, loss)));
            marks += kind == MarkKind.None ? 0 : 1;
        }

        Assert.InRange(marks, 1, Records - 1);
        Assert.Equal(MarkKind.None, MarkRecord.KindOf(new LogRecord { Partition = Place, Offset = 1, Timestamp = default, Value = watermark }));
    }

    [Fact]
    public void Headers_with_anything_in_them_are_taken_or_left_out()
    {
        var random = Seeded.NewRandom();
        var origin = Encoding.UTF8.GetBytes(new Origin(Guid.NewGuid(), 3, 1_234, 5).ToString());
        var read = 0;
        for (var i = 0; i < Records; i++)
        {
            var record = new LogRecord
            {
                Partition = Place,
                Offset = i,
                Timestamp = DateTimeOffset.UnixEpoch,
                Headers =
                [
                    new LogHeader(RecordHeaders.Origin, ByteMutator.Mutate(origin, random)),
                    new LogHeader(RecordHeaders.EventId, ByteMutator.Mutate("event-1"u8, random)),
                ],
                Value = default,
            };
            var taken = RecordIntake.Of(record, null);
            Assert.NotNull(taken.EventId);
            if (taken.Origin is not { } known)
                continue;
            Assert.True(Origin.TryParse(Encoding.UTF8.GetBytes(known.ToString()), out var again) && again == known);
            read++;
        }

        Assert.InRange(read, 1, Records - 1);
    }

    private static LogRecord Of(string schema, byte[] value) => new()
    {
        Partition = Place,
        Offset = 17,
        Timestamp = DateTimeOffset.UnixEpoch,
        Headers = [new LogHeader(RecordHeaders.Schema, Encoding.UTF8.GetBytes(schema))],
        Value = value,
    };
}
