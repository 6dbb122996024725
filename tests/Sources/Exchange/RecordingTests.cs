using System.IO.Compression;
using System.Text;
using StreamForge.Sources.Recordings;

namespace StreamForge.Tests.Sources.Exchange;

public sealed class RecordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("recording").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_usdm_capture_has_the_published_counts()
    {
        var recording = new Recording([Recorded.Usdm]);
        Assert.Equal(RecordingVenue.BinanceUsdm, recording.Venue);
        var counts = Count(recording, "depthUpdate\"", "\"bookTicker\"", "\"e\":\"trade\"", "{\"lastUpdateId");
        Assert.Equal((93_954, 6_551, 66_089, 21_313, 1), counts);
    }

    [Fact]
    public void A_spot_capture_has_the_published_counts()
    {
        var recording = new Recording([Recorded.Spot]);
        Assert.Equal(RecordingVenue.BinanceSpot, recording.Venue);
        var counts = Count(recording, "depthUpdate\"", "@bookTicker\"", "\"e\":\"trade\"", "{\"lastUpdateId");
        Assert.Equal((14_708, 1_297, 10_713, 2_697, 1), counts);
    }

    [Fact]
    public void A_futures_capture_of_several_files_is_one_recording()
    {
        var recording = new Recording(Recorded.Family);
        Assert.Equal(RecordingVenue.BinanceUsdm, recording.Venue);
        var bad = new BadLines();
        var lines = recording.Read(bad).ToList();
        Assert.Equal(0, bad.Count);
        Assert.Equal(1535, lines.Count(line => line.Kind == RecordedKind.Message));
        Assert.Equal(5, lines.Count(line => line.Kind == RecordedKind.Response));
        Assert.Equal(1, lines.Count(line => line.Kind == RecordedKind.Connected));
        Assert.Equal(lines.Select(line => line.AtNanos).Order(), lines.Select(line => line.AtNanos));
        Assert.Equal(1626992741062170000, lines.First(line => line.Kind == RecordedKind.Message).AtNanos);
    }

    [Fact]
    public void A_kraken_capture_has_the_published_counts()
    {
        var recording = new Recording(Recorded.Kraken);
        Assert.Equal(RecordingVenue.Kraken, recording.Venue);
        var lines = recording.Read(new BadLines()).ToList();
        Assert.Equal(10, lines.Count(line => Text(line).Contains("\"as\":", StringComparison.Ordinal)));
        Assert.Equal(4_269, lines.Count(line => Text(line).Contains("\"c\":\"", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(line => line.Kind == RecordedKind.Sent));
        Assert.Equal(3, lines.Count(line => line.Kind == RecordedKind.Connected));
    }

    [Theory]
    [InlineData("hello", "neither a time nor an address")]
    [InlineData("12x {}", "no message after the time")]
    [InlineData("1723161255030314667 ", "no message after the time")]
    [InlineData("99999999999999999999 {}", "no time at the start")]
    [InlineData("https://api => 12: {}", "no <->, <- or ->")]
    [InlineData("https://api -> soon: {}", "no time after the arrow")]
    public void A_bad_line_is_counted_with_its_place_and_passed_over(string line, string reason)
    {
        var path = Write($"1 {{\"e\":1}}\n{line}\n\n2 {{\"e\":2}}");
        var bad = new BadLines();
        var lines = new Recording([path], RecordingVenue.BinanceSpot).Read(bad).ToList();
        Assert.Equal(["{\"e\":1}", "{\"e\":2}"], lines.Select(Text));
        Assert.Equal([1, 4], lines.Select(read => read.Line));
        Assert.Equal(1, bad.Count);
        Assert.StartsWith($"{path}:2: ", bad.First[0], StringComparison.Ordinal);
        Assert.Contains(reason, bad.First[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_longer_than_any_buffer_is_read_whole()
    {
        var payload = $"{{\"e\":\"{new string('x', 1_000_000)}\"}}";
        var lines = new Recording([Write($"1 {payload}\r\n2.5: {{}}\n")], RecordingVenue.BinanceSpot).Read(new BadLines()).ToList();
        Assert.Equal(payload, Text(lines[0]));
        Assert.Equal(2_500_000_000, lines[1].AtNanos);
    }

    [Fact]
    public void A_damaged_gzip_file_says_where()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} {{\"n\":{i * 7919}}}\n"))));
        var bytes = packed.ToArray();
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 2));
        var path = Path.Combine(_folder, "damaged.gz");
        File.WriteAllBytes(path, bytes);

        var recording = new Recording([path], RecordingVenue.BinanceSpot);
        var error = Assert.Throws<RecordingException>(() => recording.Read(new BadLines()).Count());
        Assert.Contains(path + ":", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_an_unknown_venue_are_said()
    {
        var missing = Path.Combine(_folder, "none");
        Assert.Contains(missing, Assert.Throws<RecordingException>(() => new Recording([missing])).Message, StringComparison.Ordinal);
        var path = Write("1 {\"e\":\"trade\"}\n");
        Assert.Contains("cannot tell the venue", Assert.Throws<RecordingException>(() => new Recording([path])).Message, StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        var path = Path.Combine(_folder, $"{Directory.GetFiles(_folder).Length}.txt");
        File.WriteAllText(path, text);
        return path;
    }

    private static (int All, int A, int B, int C, int D) Count(Recording recording, string a, string b, string c, string d)
    {
        var bad = new BadLines();
        var texts = recording.Read(bad).Select(Text).ToList();
        Assert.Equal(0, bad.Count);
        return (texts.Count, Of(a), Of(b), Of(c), Of(d));

        int Of(string part) => texts.Count(text => text[..Math.Min(100, text.Length)].Contains(part, StringComparison.Ordinal));
    }

    private static string Text(RecordedLine line) => Encoding.UTF8.GetString(line.Payload.Span);
}
