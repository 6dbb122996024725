namespace StreamForge.Sources.Recordings;

/// <summary>What a line of a recording is.</summary>
public enum RecordedKind
{
    /// <summary>The recorder connected: <c>url &lt;-&gt; time</c>. The payload is empty.</summary>
    Connected = 0,

    /// <summary>The venue said something over the socket. The payload is the message, exactly as received.</summary>
    Message = 1,

    /// <summary>The recorder said something over the socket: <c>url &lt;- time: message</c>.</summary>
    Sent = 2,

    /// <summary>The venue answered a REST request: <c>url -&gt; time: body</c>.</summary>
    Response = 3,
}

/// <summary>One line of a recording.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="AtNanos">When the recorder received (or sent) it, by the recorder's clock: nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Payload">The message or body, exactly as received.</param>
/// <param name="Url">The address, where the line gives one.</param>
/// <param name="File">The file, for messages.</param>
/// <param name="Line">The line in the file, from 1.</param>
public readonly record struct RecordedLine(
    RecordedKind Kind, long AtNanos, ReadOnlyMemory<byte> Payload, string? Url, string File, int Line);

/// <summary>Whose recording it is: the wire formats differ.</summary>
public enum RecordingVenue
{
    /// <summary>Binance spot.</summary>
    BinanceSpot = 0,

    /// <summary>Binance USD-M futures.</summary>
    BinanceUsdm = 1,

    /// <summary>Kraken, API version 1.</summary>
    Kraken = 2,
}
