using StreamForge.Contracts.Streams;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity;

/// <summary>
/// Recognises what a parser emitted twice (a crash between append and commit): derived records of one original partition come in
/// the order of their origins, so one at or below the highest seen was here before.
/// </summary>
/// <remarks>
/// Per topic that feeds the entity: two derived topics of one original overtake each other. Bounded by the partitions of the
/// originals; where their incarnations pile up, the one that moved longest ago is forgotten.
/// </remarks>
public sealed class OriginGate
{
    private const int MaxEntries = 256;

    // In order of last movement, the newest last.
    private readonly List<(string Topic, Origin Highest)> _highest = [];

    /// <returns>False where it was seen before. A record without an origin is always new.</returns>
    public bool Pass(string topic, Origin? origin)
    {
        if (origin is not { } o)
            return true;
        for (var i = _highest.Count - 1; i >= 0; i--)
        {
            var (entryTopic, highest) = _highest[i];
            if (highest.Partition != o.Partition || highest.LogId != o.LogId || entryTopic != topic)
                continue;
            if (o <= highest)
                return false;
            if (i < _highest.Count - 2)
            {
                _highest.RemoveAt(i);
                _highest.Add((topic, o));
            }
            else
            {
                _highest[i] = (entryTopic, o);
            }

            return true;
        }

        if (_highest.Count == MaxEntries)
            _highest.RemoveAt(0);
        _highest.Add((topic, o));
        return true;
    }

    public void Write(StateWriter writer)
    {
        writer.Count(_highest.Count);
        foreach (var (topic, origin) in _highest)
        {
            writer.Text(topic);
            writer.Guid(origin.LogId);
            writer.Count(origin.Partition);
            writer.Signed(origin.Offset);
            writer.Count(origin.Index);
        }
    }

    public void Read(ref StateReader reader)
    {
        _highest.Clear();
        for (var n = reader.Count(); n > 0; n--)
            _highest.Add((
                reader.Text() ?? "",
                new Origin(reader.Guid(), reader.Number(), reader.Signed(), reader.Number())));
    }
}
