namespace StreamForge.Grains.Market.Parsing;

/// <summary>Why a record that can be read is not wanted: few and fixed, to be counted by.</summary>
public static class FilterReasons
{
    /// <summary>An answer to a command of the connector: subscribe, ping.</summary>
    public const string CommandAnswer = "command-answer";

    /// <summary>A sign of life.</summary>
    public const string Heartbeat = "heartbeat";

    /// <summary>What the venue says of itself or of a subscription.</summary>
    public const string Status = "status";

    /// <summary>A stream of one instrument that nothing is made of: klines, tickers, spreads.</summary>
    public const string OtherStream = "other-stream";

    /// <summary>A stream over all symbols.</summary>
    public const string AllSymbols = "all-symbols";
}
