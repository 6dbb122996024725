using System.Text;
using StreamForge.Sources.Connectors;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>What comes over a venue's connection, damaged: the talk goes on, whatever the bytes hold.</summary>
public sealed class DialogueFuzzTests(ITestOutputHelper output)
{
    private const int Frames = 30_000;

    private static readonly string[] BinanceAnswers =
    [
        """{"result":null,"id":1}""",
        """{"result":["btcusdt@depth@100ms","btcusdt@trade"],"id":1000007}""",
        """{"error":{"code":2,"msg":"Invalid request: unknown stream"},"id":3}""",
    ];

    private static readonly string[] KrakenAnswers =
    [
        """{"event":"pong","reqid":42}""",
        """{"event":"heartbeat"}""",
        """{"channelID":560,"channelName":"book-1000","event":"subscriptionStatus","pair":"XBT/USD","status":"subscribed","subscription":{"depth":1000,"name":"book"}}""",
        """{"errorMessage":"Currency pair not supported","event":"subscriptionStatus","pair":"XBT/USD","status":"error","subscription":{"name":"trade"}}""",
    ];

    [Theory]
    [InlineData("binance", "BTCUSDT", MarketRecordings.Spot)]
    [InlineData("binance-usdm", "BTCUSDT", MarketRecordings.UsdM)]
    [InlineData("kraken", "XBT/USD", MarketRecordings.KrakenBook)]
    public void Every_frame_has_a_reading(string venue, string symbol, string recording)
    {
        var random = Seeded.NewRandom();
        var options = new ConnectorOptions { Venue = venue, Symbols = [symbol] };
        var protocol = VenueProtocol.Create(options);
        var dialogue = protocol.Open([protocol.SymbolOf(symbol)]);
        var recorded = venue == "kraken" ? MarketRecordings.ReadCapture(recording) : MarketRecordings.ReadLines(recording, symbol);
        byte[][] frames =
        [
            .. recorded.Take(300).Select(message => message.Body),
            .. (venue == "kraken" ? KrakenAnswers : BinanceAnswers).SelectMany(answer => Enumerable.Repeat(Encoding.UTF8.GetBytes(answer), 60)),
        ];
        var kinds = new Dictionary<FrameKind, int>();
        for (var i = 0; i < Frames; i++)
        {
            var frame = ByteMutator.Mutate(frames[random.Next(frames.Length)], random);
            var reading = dialogue.Read(frame);
            kinds[reading.Kind] = kinds.GetValueOrDefault(reading.Kind) + 1;
            Assert.True(reading.Symbol is null || reading.Symbol.Name == symbol);
            Assert.False(dialogue.Missing is { Length: 0 });
        }

        output.WriteLine(string.Join(", ", kinds));
        Assert.True(kinds[FrameKind.Data] > 0 && kinds[FrameKind.Pong] > 0);
    }
}
