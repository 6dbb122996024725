using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>A law was broken: which, where, and how it showed.</summary>
internal sealed class LawBrokenException(string law, string entity, string message) : Exception($"{law}, {entity}: {message}")
{
    public string Law => law;

    public string Entity => entity;
}

/// <summary>
/// A law of the platform, checked all along from the outside: by what was published, appended, stored and answered. What is not overridden
/// is no matter to it.
/// </summary>
internal abstract class Law
{
    /// <summary>As in the design: <c>L3 no silent gap</c>.</summary>
    public abstract string Name { get; }

    public PlatformWorld World { get; set; } = null!;

    /// <summary>Somebody read and was answered.</summary>
    public virtual void Answered(Answer answer)
    {
    }

    /// <summary>A read came to its end, with an answer or without.</summary>
    public virtual void ReadEnded(ReadCourse read)
    {
    }

    /// <summary>A conditional write has come to the storage.</summary>
    public virtual void Storing(RowWrite write)
    {
    }

    /// <summary>A conditional write has succeeded: the row is durable.</summary>
    public virtual void Stored(RowWrite write)
    {
    }

    /// <summary>A conditional write was refused, since somebody else had written, and its writer has heard of that.</summary>
    public virtual void Refused(RowWrite write)
    {
    }

    /// <summary>A row is about to be deleted.</summary>
    public virtual void Deleting(StateKey key)
    {
    }

    /// <summary>A backup of the storage was taken.</summary>
    public virtual void StorageBackedUp()
    {
    }

    /// <summary>Storage was set back in time, with no node running: what was stored since its backup is no more.</summary>
    public virtual void StorageSetBack()
    {
    }

    /// <summary>A low-water mark is about to be stored.</summary>
    /// <param name="rows">For each entity that has records below it, the last of them and the ETag of what is durable; null for nothing.</param>
    public virtual void Advancing(PartitionKey key, long lowWater, IReadOnlyDictionary<string, (long Last, string? ETag)> rows)
    {
    }

    /// <summary>The row of a partition was changed by a pump of some epoch.</summary>
    /// <param name="newest">The newest epoch that was given out before the change was asked for.</param>
    public virtual void PartitionChanged(PartitionKey key, long epoch, long newest)
    {
    }

    /// <summary>A key is being parked: durably, where its pump goes on from that.</summary>
    public virtual void Parking(PartitionKey key, ParkedRow row)
    {
    }

    /// <summary>A key is about to be no longer parked: all of it is done.</summary>
    public virtual void Unparked(PartitionKey key, string recordKey)
    {
    }

    /// <summary>A record is about to be handed to the log, whatever becomes of it.</summary>
    public virtual void Handed(HandedIn record)
    {
    }

    /// <summary>An operator was told that a partition is paused.</summary>
    public virtual void Paused(TopicPartition partition)
    {
    }

    /// <summary>An operator is about to resume a partition.</summary>
    public virtual void Resuming(TopicPartition partition)
    {
    }

    /// <summary>An operator was told that a dead letter was replayed.</summary>
    /// <param name="letter">As it is after that.</param>
    /// <param name="stands">Whether its record stands where the letter says; none where the log cannot tell any more.</param>
    public virtual void Replayed(DeadLetter letter, bool? stands)
    {
    }

    /// <summary>An operator was told that a dead letter is discarded.</summary>
    /// <param name="letter">As it is after that.</param>
    public virtual void Discarded(DeadLetter letter)
    {
    }

    /// <summary>The source was asked, and works on so many requests at once.</summary>
    public virtual void SourceWorks(int atOnce)
    {
    }

    /// <summary>Some time has passed: a look at all that can be seen.</summary>
    public virtual void Looked()
    {
    }

    /// <summary>Something was really compared: a law that never was is not known to hold.</summary>
    protected void Checked(string when = "") => World.Reach.Count(when.Length == 0 ? $"check/{Name}" : $"check/{Name}, {when}");

    protected void Broken(string entity, string message) => throw new LawBrokenException(Name, entity, message);
}

/// <summary>A write as the storage sees it, and which process it comes from.</summary>
/// <param name="State">What is in it, where it is an instrument's.</param>
internal sealed record RowWrite(StateWrite Write, string Writer, Grains.Market.InstrumentState? State)
{
    public StateKey Key => Write.Key;
}

/// <summary>A read from its beginning to its end.</summary>
/// <param name="Failure">Why there was no answer.</param>
internal sealed record ReadCourse(string Node, string Instrument, TimeSpan Begun, TimeSpan Ended, Exception? Failure);

/// <summary>Which view was read.</summary>
internal enum ViewOf
{
    Book = 0,
    Trades = 1,
    Candles = 2,
}

/// <summary>A view as a reader got it.</summary>
internal sealed class Answer(ViewOf of, string instrument, Freshness freshness, byte[] body)
{
    private System.Text.Json.JsonElement? _content;

    public ViewOf Of => of;

    public string Instrument => instrument;

    public Freshness Freshness => freshness;

    /// <summary>The document.</summary>
    public System.Text.Json.JsonElement Content => _content ??= System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(body);
}
