using System.Text;

namespace StreamForge.Sources.Exchange.Generation;

/// <content>The market as bytes, from which the same frames follow.</content>
public sealed partial class GeneratedMarket
{
    private const byte Format = 1;

    /// <summary>What its frames depend on; where it differs it is another market.</summary>
    internal MarketShape Shape => MarketShape.Of(_options);

    internal FrameClock Clock => _clock;

    /// <summary>Another market after this one: its frames are counted on, and its sequences are above those of this one.</summary>
    internal GeneratedMarket Follow(GeneratorOptions options) =>
        new(options, [.. _instruments.Select(instrument => instrument.Counters), .. _retired], Frames, _clock);

    /// <summary>All that the next frames depend on, but for their times. Trades that were made are not in it.</summary>
    internal byte[] Capture()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            writer.Write(Format);
            Shape.Write(writer);
            writer.Write7BitEncodedInt64(Frames);
            writer.Write(_random.State);
            writer.Write((byte)_stage);
            writer.Write7BitEncodedInt(Array.IndexOf(_instruments, _current));
            writer.Write7BitEncodedInt(_traded.Place);
            writer.Write(_traded.IsBid);
            writer.Write7BitEncodedInt64(_traded.Lots);
            foreach (var instrument in _instruments)
                instrument.Write(writer);
            writer.Write7BitEncodedInt(_retired.Length);
            foreach (var retired in _retired)
            {
                writer.Write7BitEncodedInt64(retired.UpdateId);
                writer.Write7BitEncodedInt64(retired.TradeId);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>The market of <see cref="Capture"/>, at the same point.</summary>
    /// <param name="captured">Its bytes.</param>
    /// <param name="options">Its rate and history from now on; what its shape says goes over them.</param>
    /// <param name="clock">The times of its frames.</param>
    /// <exception cref="InvalidDataException">They are no such bytes.</exception>
    internal static GeneratedMarket Restore(byte[] captured, GeneratorOptions options, FrameClock clock)
    {
        using var reader = new BinaryReader(new MemoryStream(captured), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() is not Format and var format)
                throw new InvalidDataException($"Format {format} of a generated market is not known here.");
            return new GeneratedMarket(reader, MarketShape.Read(reader).In(options), clock);
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"No generated market can be read from it: {error.Message}", error);
        }
    }

    private GeneratedMarket(BinaryReader reader, GeneratorOptions options, FrameClock clock)
    {
        _options = Checked(options);
        _clock = clock;
        Frames = reader.Read7BitEncodedInt64();
        _random = new MarketRandom(reader.ReadUInt64());
        _stage = (Stage)reader.ReadByte();
        var current = reader.Read7BitEncodedInt();
        _traded = (reader.Read7BitEncodedInt(), reader.ReadBoolean(), reader.Read7BitEncodedInt64());
        _instruments = [.. Enumerable.Range(1, options.Instruments).Select(
            number => new GeneratedInstrument(number, Streams, options, reader))];
        _retired = new InstrumentCounters[reader.Read7BitEncodedInt()];
        for (var i = 0; i < _retired.Length; i++)
            _retired[i] = new InstrumentCounters(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        _bySymbol = _instruments.ToDictionary(instrument => instrument.Symbol, StringComparer.Ordinal);
        _current = _instruments[Math.Clamp(current, 0, _instruments.Length - 1)];
    }
}
