using StreamForge.Silo.Storage;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>A law was broken: which, where, and how it showed.</summary>
internal sealed class LawBrokenException(string law, string entity, string message) : Exception($"{law}, {entity}: {message}")
{
    public string Law => law;

    public string Entity => entity;
}

/// <summary>A law of the platform, checked all along. What is not overridden is no matter to it.</summary>
internal abstract class Law
{
    /// <summary>As in the design: <c>L3 no silent gap</c>.</summary>
    public abstract string Name { get; }

    public PlatformWorld World { get; set; } = null!;

    /// <summary>Somebody read and was answered.</summary>
    public virtual void Answered(Answer answer)
    {
    }

    /// <summary>A row may become durable.</summary>
    public virtual void Storing(StateWrite write)
    {
    }

    /// <summary>A row became durable.</summary>
    public virtual void Stored(StateWrite write)
    {
    }

    /// <summary>A low-water mark is about to be stored.</summary>
    /// <param name="rows">For each entity that has records below it, the last of them and the ETag of what is durable; null for nothing.</param>
    public virtual void Advancing(PartitionKey key, long lowWater, IReadOnlyDictionary<string, (long Last, string? ETag)> rows)
    {
    }

    /// <summary>A key was durably parked.</summary>
    public virtual void Parked(PartitionKey key, ParkedRow row)
    {
    }

    /// <summary>The source works on so many requests at once.</summary>
    public virtual void SourceWorks(int atOnce)
    {
    }

    protected void Broken(string entity, string message) => throw new LawBrokenException(Name, entity, message);
}
