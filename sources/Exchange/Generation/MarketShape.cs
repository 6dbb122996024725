namespace StreamForge.Sources.Exchange.Generation;

/// <summary>The options that the frames of a generated market depend on: with others it is another market.</summary>
internal sealed record MarketShape(int Seed, int Instruments, double TradeShare, bool BookTicker, int Levels)
{
    public static MarketShape Of(GeneratorOptions options) =>
        new(options.Seed, options.Instruments, options.TradeShare, options.BookTicker, options.Levels);

    /// <summary>Options with this shape.</summary>
    public GeneratorOptions In(GeneratorOptions options) => options with
    {
        Seed = Seed,
        Instruments = Instruments,
        TradeShare = TradeShare,
        BookTicker = BookTicker,
        Levels = Levels,
    };

    /// <summary>What is different, for a person: <c>seed 1 to 2, instruments 10 to 20</c>.</summary>
    public string To(MarketShape other)
    {
        var changes = new List<string>();
        Add("seed", Seed, other.Seed);
        Add("instruments", Instruments, other.Instruments);
        Add("share of trades", TradeShare, other.TradeShare);
        Add("best prices", BookTicker, other.BookTicker);
        Add("levels", Levels, other.Levels);
        return string.Join(", ", changes);

        void Add<T>(string name, T before, T after)
            where T : IEquatable<T>
        {
            if (!before.Equals(after))
                changes.Add($"{name} {before} to {after}");
        }
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Seed);
        writer.Write(Instruments);
        writer.Write(TradeShare);
        writer.Write(BookTicker);
        writer.Write(Levels);
    }

    public static MarketShape Read(BinaryReader reader) =>
        new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadBoolean(), reader.ReadInt32());
}
