using System.Collections.Immutable;

namespace StreamForge.Tests.Engine.Grains;

public interface IEchoGrain : IGrainWithStringKey
{
    /// <summary>Keeps the argument and answers it.</summary>
    ValueTask<Basket> Keep(Basket basket);

    /// <summary>Answers what was kept: the grain's own object.</summary>
    Task<Basket?> Kept();

    /// <summary>Changes what was kept.</summary>
    Task Spoil();

    ValueTask<Label> EchoLabel(Label label);

    ValueTask<ImmutableArray<Label>> EchoLabels(ImmutableArray<Label> labels);

    ValueTask<ImmutableArray<Item>> EchoItems(ImmutableArray<Item> items);

    ValueTask<string> EchoText(string text);

    ValueTask<Item> EchoItem(Item item);

    ValueTask<Node> EchoNode(Node node);

    ValueTask<Secretive> EchoSecretive(Secretive secretive);

    ValueTask<(int Sum, string Text)> EchoTuple((int Sum, string Text) tuple, decimal? number, DateTimeOffset at);

    ValueTask<string> KeyOf(IEchoGrain other);

    ValueTask<IEchoGrain> Self();
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    private Basket? _kept;

    public ValueTask<Basket> Keep(Basket basket) => new(_kept = basket);

    public Task<Basket?> Kept() => Task.FromResult(_kept);

    public Task Spoil()
    {
        _kept!.Items.Clear();
        _kept.Tags["spoilt"] = [1];
        return Task.CompletedTask;
    }

    public ValueTask<Label> EchoLabel(Label label) => new(label);

    public ValueTask<ImmutableArray<Label>> EchoLabels(ImmutableArray<Label> labels) => new(labels);

    public ValueTask<ImmutableArray<Item>> EchoItems(ImmutableArray<Item> items) => new(items);

    public ValueTask<string> EchoText(string text) => new(text);

    public ValueTask<Item> EchoItem(Item item) => new(item);

    public ValueTask<Node> EchoNode(Node node) => new(node);

    public ValueTask<Secretive> EchoSecretive(Secretive secretive) => new(secretive);

    public ValueTask<(int Sum, string Text)> EchoTuple((int Sum, string Text) tuple, decimal? number, DateTimeOffset at) =>
        new((tuple.Sum + (int)number!.Value, $"{tuple.Text} {at:yyyy}"));

    public ValueTask<string> KeyOf(IEchoGrain other) => new(other.GetPrimaryKeyString());

    public ValueTask<IEchoGrain> Self() => new(this.AsReference<IEchoGrain>());
}

/// <summary>Asks for what may not travel.</summary>
public interface IUnknownGrain : IGrainWithStringKey
{
    ValueTask<bool> TakeUnknown(Unknown unknown);
}

public sealed class UnknownGrain : Grain, IUnknownGrain
{
    public ValueTask<bool> TakeUnknown(Unknown unknown) => new(true);
}

[GenerateSerializer, Alias("test.Basket")]
public sealed class Basket
{
    [Id(0)] public List<Item> Items { get; set; } = [];

    [Id(1)] public Dictionary<string, int[]> Tags { get; init; } = [];

    [Id(2)] public Label? Label { get; set; }

    [Id(3)] public HashSet<long> Numbers { get; } = [];
}

[GenerateSerializer, Alias("test.Item")]
public class Item
{
    [Id(0)] public string Name { get; set; } = "";

    [Id(1)] public int Count { get; private set; }

    public Item Counted(int count)
    {
        Count = count;
        return this;
    }
}

[GenerateSerializer, Alias("test.HeavyItem")]
public sealed class HeavyItem : Item
{
    [Id(0)] public double Weight { get; set; }
}

[GenerateSerializer, Immutable, Alias("test.Label")]
public sealed record Label([property: Id(0)] string Text, [property: Id(1)] ImmutableArray<byte> Bytes);

[GenerateSerializer, Alias("test.Node")]
public sealed class Node
{
    [Id(0)] public Node? Next { get; set; }

    [Id(1)] public Item? Left { get; set; }

    [Id(2)] public Item? Right { get; set; }
}

[GenerateSerializer, Alias("test.Secretive")]
public sealed class Secretive
{
    [Id(0)] private int _told;

    public int Told
    {
        get => _told;
        set => _told = value;
    }

    /// <summary>Has no id, so it does not travel.</summary>
    [field: NonSerialized]
    public string Untold { get; set; } = "as constructed";
}

/// <summary>Nothing says that it may travel.</summary>
public sealed class Unknown
{
    public int Value { get; set; }
}
