using System.Buffers;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Parsing;
using StreamForge.Grains.Market.Wire;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>Mutated frames of the recordings: an answer for each, never an exception, and what is read can be written.</summary>
public sealed class MutationFuzzTests
{
    private const int Frames = 10_000;

    [Fact]
    public void Parser_answers_whatever_the_bytes_hold()
    {
        var random = Seeded.NewRandom();
        var samples = Samples();
        var outcomes = new Dictionary<ParseOutcome, int>();
        var buffer = new ArrayBufferWriter<byte>();
        for (var i = 0; i < Frames; i++)
        {
            var (source, message) = samples[random.Next(samples.Count)];
            var mutated = ByteMutator.Mutate(message.Body, random);
            var schema = message.Symbol is null
                ? random.Next(20) == 0 ? RecordSchemas.RawTrades : RecordSchemas.RawFrame
                : RecordSchemas.RawDepthSnapshot;
            var parsed = Raw.Parse(source, schema, mutated, message.ReceivedAt, message.Symbol is { } s ? $"{source}:{s}" : null);

            Assert.Equal(parsed.Outcome == ParseOutcome.Events, !parsed.Events.IsEmpty);
            Assert.Equal(parsed.Outcome == ParseOutcome.Events, parsed.Reason is null);
            outcomes[parsed.Outcome] = outcomes.GetValueOrDefault(parsed.Outcome) + 1;
            foreach (var item in parsed.Events)
            {
                buffer.ResetWrittenCount();
                MarketEventCodec.Write(buffer, item);
                Assert.True(MarketEventCodec.TryRead(buffer.WrittenSpan, out var back, out var reason), reason);
                EventEquality.AssertSame(item, back);
            }
        }
        Assert.Equal(Frames, outcomes.Values.Sum());
        Assert.True(outcomes[ParseOutcome.Malformed] > 0 && outcomes[ParseOutcome.Events] > 0);
    }

    [Fact]
    public void Codec_answers_whatever_the_bytes_hold()
    {
        var random = Seeded.NewRandom();
        var samples = Samples();
        var refused = 0;
        for (var i = 0; i < Frames; i++)
        {
            var (source, message) = samples[random.Next(samples.Count)];
            foreach (var item in Raw.Parse(source, message).Events)
            {
                var buffer = new ArrayBufferWriter<byte>();
                MarketEventCodec.Write(buffer, item);
                if (MarketEventCodec.TryRead(ByteMutator.Mutate(buffer.WrittenSpan, random), out var back, out var reason))
                    Assert.NotNull(back);
                else
                {
                    Assert.False(string.IsNullOrEmpty(reason));
                    refused++;
                }
            }
        }
        Assert.NotEqual(0, refused);
    }

    /// <summary>All kinds of messages of all venues.</summary>
    private static List<(string Source, RecordedMessage Message)> Samples() =>
    [
        .. MarketRecordings.ReadLines(MarketRecordings.UsdM, "BTCUSDT").Take(4_000).Select(m => ("binance-usdm", m)),
        .. MarketRecordings.ReadLines(MarketRecordings.Spot, "BTCUSDT").Take(1_000).Select(m => ("binance", m)),
        .. MarketRecordings.ReadCapture(MarketRecordings.FamilyFrames).Take(500).Select(m => ("binance-usdm", m)),
        .. MarketRecordings.ReadCapture(MarketRecordings.FamilySnapshots).Select(m => ("binance-usdm", m)),
        .. MarketRecordings.ReadCapture(MarketRecordings.KrakenBook).Take(1_000).Select(m => ("kraken", m)),
        .. MarketRecordings.ReadCapture(MarketRecordings.KrakenTrades).Select(m => ("kraken", m)),
    ];
}
