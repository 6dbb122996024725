using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>
/// Notices a source that says less than it said before: it was reset, or started anew, or another of its servers lags. What came
/// late says less too, so a doubt passes when the source is heard to be where it was; one that lasts for a grace, by the times
/// of receipt, is certain, and then only an answer of the source can end it.
/// </summary>
/// <remarks>
/// Certain does not mean reset: that takes two answers to questions asked after it became certain, both below what was known, and the
/// word of the stream itself. One answer alone may be an old one on its way; and any number of them may come of a server that
/// lags, whose stream goes on where it was, or is silent.
/// </remarks>
public sealed class SetBackWatch
{
    private const int AnswersOfReset = 2;

    private DateTimeOffset? _advancedAt;
    private DateTimeOffset? _since;
    private DateTimeOffset _proven;
    private int _answers;

    // Not stored: after an activation the stream must say so again before a reset is believed.
    private bool _heard;

    /// <summary>The source stays below what it said before: it must be asked.</summary>
    public bool Certain { get; private set; }

    /// <summary>What the source had said before it went back.</summary>
    public long Floor { get; private set; }

    /// <summary>The least and the most that the source has said since it went back.</summary>
    public long Lowest { get; private set; }

    /// <inheritdoc cref="Lowest"/>
    public long Newest { get; private set; }

    /// <summary>How often the source was found to be reset.</summary>
    public long Resets { get; private set; }

    /// <summary>While there is a doubt nothing after this is vouched for, UTC; none while there is none.</summary>
    public DateTimeOffset? VouchedThrough => _since is null ? null : _proven;

    /// <summary>The source said something new, or just what is known: no less than <see cref="Floor"/> where it is certain.</summary>
    /// <param name="receivedAt">When the connector received it, UTC.</param>
    public void Advanced(DateTimeOffset receivedAt)
    {
        // A stream that says both is for an answer to settle; where only answers said less, who answered lags.
        if (Certain && _heard)
            return;
        if (_advancedAt is null || receivedAt > _advancedAt)
            _advancedAt = receivedAt;
        if (receivedAt >= _since)
            (_since, Certain) = (null, false);
    }

    /// <summary>The source said something below what is known.</summary>
    /// <param name="receivedAt">When the connector received it, UTC: what was received before the newest is only late.</param>
    /// <param name="proven">All that was published up to here came before it, UTC.</param>
    /// <param name="answered">It is what the source says when it is asked, not what its stream said.</param>
    public void Lower(long sequence, DateTimeOffset receivedAt, DateTimeOffset proven, bool answered)
    {
        if (receivedAt <= _advancedAt)
            return;
        if (_since is null)
            (_since, _proven, Lowest, Newest, _heard) = (receivedAt, proven, sequence, sequence, false);
        _heard |= !answered;
        (Lowest, Newest) = (Math.Min(Lowest, sequence), Math.Max(Newest, sequence));
    }

    /// <param name="evidence">All that was published up to this time has been delivered or is lost, UTC.</param>
    /// <param name="floor">What is known now.</param>
    /// <returns>Whether it has become certain just now.</returns>
    public bool Check(DateTimeOffset evidence, TimeSpan grace, long floor)
    {
        if (Certain || _since is not { } since || evidence - since < grace)
            return false;
        (Certain, Floor, _answers) = (true, floor, 0);
        return true;
    }

    /// <summary>The source, asked after it became certain, answered below the floor.</summary>
    /// <returns>Whether it has been reset.</returns>
    public bool AnsweredBelow()
    {
        _answers++;
        if (!_heard || _answers < AnswersOfReset)
            return false;
        Resets++;
        return true;
    }

    /// <summary>The source and what is known agree, since <paramref name="receivedAt"/>.</summary>
    public void Agreed(DateTimeOffset receivedAt)
    {
        (Certain, _since, _answers) = (false, null, 0);
        Advanced(receivedAt);
    }

    public void Write(StateWriter writer)
    {
        writer.Signed(Resets);
        writer.Optional(_advancedAt);
        writer.Optional(_since);
        if (_since is null)
            return;
        writer.Signed(Lowest);
        writer.Signed(Newest);
        writer.Bool(Certain);
        writer.Signed(Floor);
        writer.Count(_answers);
    }

    public void Read(ref StateReader reader)
    {
        Resets = reader.Signed();
        _advancedAt = reader.OptionalTime();
        _since = reader.OptionalTime();
        Certain = false;
        if (_since is null)
            return;
        (Lowest, Newest, Certain) = (reader.Signed(), reader.Signed(), reader.Bool());
        (Floor, _answers) = (reader.Signed(), reader.Number());
        // An older state does not say: nothing is vouched for until the doubt is over.
        _proven = DateTimeOffset.MinValue;
    }

    /// <summary>What came after the first form of the state: its fields are written behind all others.</summary>
    public void WriteLater(StateWriter writer)
    {
        if (_since is not null)
            writer.Time(_proven);
    }

    /// <inheritdoc cref="WriteLater"/>
    public void ReadLater(ref StateReader reader)
    {
        if (_since is not null)
            _proven = reader.Time();
    }
}
