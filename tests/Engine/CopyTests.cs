using System.Collections.Immutable;
using System.Runtime.InteropServices;
using StreamForge.Tests.Engine.Grains;

namespace StreamForge.Tests.Engine;

/// <summary>Caller and grain never share what can change; what cannot is handed over as it is.</summary>
public sealed class CopyTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private readonly IEchoGrain _grain = engine.Grains.GetGrain<IEchoGrain>(Guid.NewGuid().ToString());

    private static Label NewLabel() => new("label", [1, 2, 3]);

    private static Basket NewBasket() => new()
    {
        Items = [new Item { Name = "apple" }.Counted(3), new HeavyItem { Name = "anvil", Weight = 20.5 }],
        Tags = { ["primes"] = [2, 3, 5] },
        Label = NewLabel(),
        Numbers = { 7, 8 },
    };

    [Fact]
    public async Task A_caller_cannot_change_what_it_has_sent()
    {
        var sent = NewBasket();
        await _grain.Keep(sent);

        sent.Items[0].Name = "changed";
        sent.Items.RemoveAt(1);
        sent.Tags["primes"][0] = 99;
        sent.Numbers.Clear();

        var kept = await _grain.Kept();
        Assert.Equal("apple", kept!.Items[0].Name);
        Assert.Equal(3, kept.Items[0].Count);
        Assert.Equal(2, kept.Items.Count);
        Assert.Equal([2, 3, 5], kept.Tags["primes"]);
        Assert.Equal([7L, 8L], kept.Numbers.Order());
    }

    [Fact]
    public async Task A_grain_cannot_change_what_it_has_answered()
    {
        var answer = await _grain.Keep(NewBasket());
        await _grain.Spoil();

        Assert.Equal(2, answer.Items.Count);
        Assert.False(answer.Tags.ContainsKey("spoilt"));
        Assert.Empty((await _grain.Kept())!.Items);
    }

    [Fact]
    public async Task A_caller_cannot_change_what_it_was_answered()
    {
        var first = await _grain.Keep(NewBasket());
        first.Items.Clear();

        var second = await _grain.Kept();
        Assert.NotSame(first, second);
        Assert.Equal(2, second!.Items.Count);
    }

    [Fact]
    public async Task What_is_sent_stays_of_its_own_class()
    {
        var kept = await _grain.Keep(NewBasket());

        Assert.Equal(20.5, Assert.IsType<HeavyItem>(kept.Items[1]).Weight);
        Assert.Equal("anvil", kept.Items[1].Name);
        Assert.Equal(1.5, Assert.IsType<HeavyItem>(await _grain.EchoItem(new HeavyItem { Weight = 1.5 })).Weight);
    }

    [Fact]
    public async Task What_cannot_change_is_handed_over_as_it_is()
    {
        var label = NewLabel();
        var text = new string('x', 5);
        ImmutableArray<Label> labels = [label];
        var basket = NewBasket();

        Assert.Same(label, await _grain.EchoLabel(label));
        Assert.Same(text, await _grain.EchoText(text));
        Assert.Same(
            ImmutableCollectionsMarshal.AsArray(labels), ImmutableCollectionsMarshal.AsArray(await _grain.EchoLabels(labels)));
        Assert.Same(basket.Label, (await _grain.Keep(basket)).Label);
    }

    [Fact]
    public async Task An_immutable_array_of_what_can_change_is_copied()
    {
        ImmutableArray<Item> items = [new Item { Name = "a" }];
        var echoed = await _grain.EchoItems(items);

        Assert.NotSame(items[0], echoed[0]);
        Assert.Equal("a", echoed[0].Name);
    }

    [Fact]
    public async Task What_was_one_object_stays_one_and_circles_end()
    {
        var item = new Item { Name = "shared" };
        var node = new Node { Left = item, Right = item };
        node.Next = node;

        var echoed = await _grain.EchoNode(node);

        Assert.NotSame(node, echoed);
        Assert.Same(echoed, echoed.Next);
        Assert.Same(echoed.Left, echoed.Right);
        Assert.NotSame(item, echoed.Left);
    }

    [Fact]
    public async Task Only_members_with_an_id_travel_private_ones_too()
    {
        var echoed = await _grain.EchoSecretive(new Secretive { Told = 5, Untold = "kept back" });

        Assert.Equal(5, echoed.Told);
        Assert.Equal("as constructed", echoed.Untold);
    }

    [Fact]
    public async Task Values_and_tuples_travel()
    {
        var echoed = await _grain.EchoTuple((1, "year"), 41m, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Assert.Equal((42, "year 2026"), echoed);
    }

    [Fact]
    public async Task A_type_that_may_not_travel_is_refused_before_it_reaches_the_grain()
    {
        await Assert.ThrowsAsync<Orleans.Serialization.CodecNotFoundException>(
            async () => await engine.Grains.GetGrain<IUnknownGrain>("any").TakeUnknown(new Unknown { Value = 1 }));
    }

    [Fact]
    public async Task References_to_grains_travel_and_can_be_called()
    {
        var self = await _grain.Self();
        var label = NewLabel();

        Assert.Equal(_grain.GetPrimaryKeyString(), self.GetPrimaryKeyString());
        Assert.Equal(_grain.GetPrimaryKeyString(), await _grain.KeyOf(self));
        Assert.Same(label, await self.EchoLabel(label));
        Assert.Equal(_grain.GetGrainId(), self.GetGrainId());
    }
}
