using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>
/// A read of an instrument that is in memory is answered at once, whatever becomes of the source, the broker and the storage. Nodes that die
/// or pause and calls that get lost are another matter: then nothing is asked for here.
/// </summary>
internal sealed class AnswerLaw : Law
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, TimeSpan> _answered = new(StringComparer.Ordinal);

    public override string Name => "L4 always an answer";

    public override void ReadEnded(ReadCourse read)
    {
        if (World.Steady.Since is { } since && read.Begun >= since && World.Ailments.IsWhole(read.Instrument)
            && _answered.TryGetValue(read.Instrument, out var before) && before >= since && before <= read.Begun)
        {
            Checked();
            foreach (var trouble in World.Outside())
                Checked(trouble);
            if (read.Failure is { } failure)
                Broken(read.Instrument, $"not answered at {read.Node}: {failure.GetType().Name}, {failure.Message}");
            if (read.Ended - read.Begun > AtOnce)
                Broken(read.Instrument, $"answered at {read.Node} only after {read.Ended - read.Begun}");
        }

        if (read.Failure is null)
            _answered[read.Instrument] = read.Ended;
    }
}
