using StreamForge.Contracts.Integrity;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>When all is well, each process' own books balance: whatever came in is applied, a duplicate, filtered, superseded or a dead letter.</summary>
internal static class BooksLaw
{
    private const string Name = "L1 nothing lost";

    /// <summary>Whether they do: watermarks and marks go on, so that a moment may find a record between in and out.</summary>
    public static bool Balance(PlatformWorld world) => world.Heard.All(node => Off(node) is null);

    public static void Check(PlatformWorld world)
    {
        foreach (var node in world.Heard)
        {
            world.Reach.Count($"check/{Name}, books");
            if (Off(node) is { } books)
                throw new LawBrokenException(Name, node.Name, $"its books do not balance: {books}");
        }
    }

    private static string? Off(NodeHost node)
    {
        foreach (var (whose, of) in new[] { ("derivation", node.Pipeline.Derived), ("entities", node.Pipeline.Fed) })
            if (of.In != of.Applied + of.Duplicate + of.Filtered + of.Superseded + of.DeadLettered)
                return $"{whose} {of}";
        return null;
    }
}
