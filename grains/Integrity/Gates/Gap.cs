using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>Something is missing of a stream.</summary>
/// <param name="OpenedAt">When it was noticed, by the grain's clock, UTC.</param>
/// <param name="CompleteThrough">Up to here all is known to be applied (receipt of the newest event before the gap), UTC; none if never.</param>
/// <param name="Reason">What was missing when it was noticed, for a person.</param>
public sealed record Gap(DateTimeOffset OpenedAt, DateTimeOffset? CompleteThrough, string Reason)
{
    public void Write(StateWriter writer)
    {
        writer.Time(OpenedAt);
        writer.Optional(CompleteThrough);
        writer.Text(Reason);
    }

    public static Gap Read(ref StateReader reader) => new(reader.Time(), reader.OptionalTime(), reader.Text() ?? "");
}
