namespace StreamForge.Grains.Market.Parsing;

/// <summary>Reads the raw records of one venue.</summary>
public interface IVenueParser
{
    /// <summary>The venue, as in the header <c>source</c> and before the colon of an instrument.</summary>
    string Venue { get; }

    /// <summary>Pure: the same record gives the same events.</summary>
    /// <exception cref="System.Text.Json.JsonException">The value is not JSON.</exception>
    ParsedFrame Parse(in VenueRecord record);
}
