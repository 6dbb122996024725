using System.Buffers;
using System.Text;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Tests.Market.Parsing;

public sealed class SourceWatermarkCodecTests
{
    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "No sign of life for 10 s: \"silent\"")]
    public void Comes_back(bool up, string? reason)
    {
        var watermark = new SourceWatermark
        {
            Source = "kraken",
            Through = new DateTimeOffset(2024, 8, 8, 23, 54, 16, 299, TimeSpan.Zero).AddTicks(7),
            Up = up,
            Reason = reason,
        };
        var buffer = new ArrayBufferWriter<byte>();
        SourceWatermarkCodec.Write(buffer, watermark);
        Assert.True(SourceWatermarkCodec.TryRead(buffer.WrittenSpan, out var back, out var wrong), wrong);
        Assert.Equal(watermark, back);
    }

    [Fact]
    public void Names_of_whom_it_does_not_hold_for_come_back()
    {
        var buffer = new ArrayBufferWriter<byte>();
        SourceWatermarkCodec.Write(buffer, new SourceWatermark
        {
            Source = "binance",
            Through = DateTimeOffset.UnixEpoch,
            Up = true,
            Unasked = new HashSet<string> { "binance:B", "binance:\u00e4" },
        });
        Assert.True(SourceWatermarkCodec.TryRead(buffer.WrittenSpan, out var back, out var wrong), wrong);
        Assert.Equal([false, false, true], new[] { "binance:B", "binance:\u00e4", "binance:C" }.Select(back.IsOf));
    }

    [Theory]
    [InlineData("1", "$ is not an object")]
    [InlineData("""{"through":"2024-08-08T23:54:16Z","up":true}""", "$.source is missing")]
    [InlineData("""{"source":"kraken","up":true}""", "$.through is missing")]
    [InlineData("""{"source":"kraken","through":"2024-08-08T23:54:16Z","up":"yes"}""", "$.up is not true or false")]
    [InlineData("""{"source":"kraken","through":"2024-08-08T23:54:16Z","up":true,"unasked":"kraken:A"}""", "$.unasked is not an array")]
    [InlineData("""{"source":"kraken","through":"2024-08-08T23:54:16Z","up":true,"unasked":["kraken:A",1]}""", "$.unasked is not an array of strings")]
    [InlineData("""{"source":"kraken",""", "is not valid JSON")]
    public void What_is_missing_or_malformed_is_named(string json, string reason)
    {
        Assert.False(SourceWatermarkCodec.TryRead(Encoding.UTF8.GetBytes(json), out _, out var wrong));
        Assert.StartsWith(reason, wrong);
    }
}
