using System.ComponentModel.DataAnnotations;

namespace StreamForge.Sources.Exchange.Playback;

/// <summary>How a market is played.</summary>
public sealed record PlaybackOptions
{
    /// <summary>As fast as the subscribers take the frames.</summary>
    public const double MaxSpeed = double.PositiveInfinity;

    /// <summary>Market seconds a real second: 1 by default, <see cref="MaxSpeed"/> for no pause at all. Greater than 0.</summary>
    [Range(1e-6, double.PositiveInfinity)]
    public double Speed { get; init; } = 1;

    /// <summary>Frames go out on command only. Off by default.</summary>
    public bool LockStep { get; init; }

    /// <summary>The first frame waits until every expected stream has a subscriber. On by default.</summary>
    public bool WaitForSubscribers { get; init; } = true;

    /// <summary>
    /// Frames also wait later, whenever an expected stream has no subscriber: the market stands still while a subscriber is away.
    /// Off by default, as at a real venue.
    /// </summary>
    public bool HoldWithoutSubscribers { get; init; }

    /// <summary>What is expected: names such as <c>btcusdt@depth</c> or <c>XBT/USD@book</c>; by default all depth and trade streams.</summary>
    public IReadOnlyList<string>? ExpectedStreams { get; init; }

    /// <summary>Reads a speed as a user writes it: <c>max</c>, or a number above 0.</summary>
    public static bool TryParseSpeed(string? text, out double speed)
    {
        if (string.Equals(text, "max", StringComparison.OrdinalIgnoreCase))
        {
            speed = MaxSpeed;
            return true;
        }

        return double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out speed) && speed is > 0 and < 1e9;
    }
}
