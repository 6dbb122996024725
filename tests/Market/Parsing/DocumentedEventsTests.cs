using System.Text;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>The examples of <c>docs/asyncapi.yaml</c> are events that the codecs read: the page cannot go stale unnoticed.</summary>
public sealed class DocumentedEventsTests
{
    private const string Example = "payload: {\"";

    [Fact]
    public void Every_documented_example_is_read()
    {
        var kinds = new HashSet<Type>();
        var watermarks = 0;
        foreach (var line in File.ReadLines(Find("docs/asyncapi.yaml")).Where(l => l.TrimStart().StartsWith(Example, StringComparison.Ordinal)))
        {
            var json = Encoding.UTF8.GetBytes(line[line.IndexOf('{', StringComparison.Ordinal)..]);
            if (SourceWatermarkCodec.TryRead(json, out _, out _))
            {
                watermarks++;
                continue;
            }
            Assert.True(MarketEventCodec.TryRead(json, out var item, out var reason), $"{reason}: {line}");
            kinds.Add(item.GetType());
        }
        Assert.Equal(3, watermarks);
        Assert.Equal(
            [nameof(DepthDiff), nameof(DepthDigest), nameof(DepthSnapshot), nameof(Trade), nameof(TradeRange)],
            kinds.Select(k => k.Name).Order(StringComparer.Ordinal));
    }

    private static string Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, relative);
            if (File.Exists(path))
                return path;
        }
        throw new FileNotFoundException(relative);
    }
}
