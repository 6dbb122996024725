using StreamForge.Sources.Connectors;

namespace StreamForge.Tests.Sources.Connectors;

public sealed class ConnectorOptionsTests
{
    [Fact]
    public void Defaults_are_valid() =>
        Assert.Empty(new ConnectorOptions { Venue = "kraken", Symbols = ["XBT/USD"] }.Validate());

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var errors = new ConnectorOptions
        {
            Venue = "nasdaq",
            Symbols = ["BTC USDT", "a", "A"],
            WebSocketBase = new Uri("http://x"),
            RestBase = new Uri("ftp://x"),
            RetryBase = TimeSpan.FromMinutes(5),
            SilenceTimeout = TimeSpan.FromSeconds(1),
            SymbolsPerConnection = 0,
        }.Validate();
        Assert.Equal(8, errors.Count);
        Assert.Contains(errors, e => e.StartsWith("Venue 'nasdaq'", StringComparison.Ordinal));
        Assert.Contains("'BTC USDT' is not a symbol.", errors);
        Assert.Contains("Symbols has one twice.", errors);
    }

    [Fact]
    public void Pauses_grow_to_the_longest_with_chance()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), () => 0);
        Assert.Equal([50, 100, 200, 400, 500, 500], Enumerable.Range(0, 6).Select(_ => (int)backoff.Next().TotalMilliseconds));
        backoff.Reset();
        Assert.Equal(50, backoff.Next().TotalMilliseconds);
        Assert.Equal(100, new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), () => 1).Next().TotalMilliseconds);
    }
}
