using StreamForge.Silo.Storage.Patches;

namespace StreamForge.Tests.Storage;

/// <summary>Patches of states: what they make is what was asked for, and what is no patch is refused.</summary>
public sealed class StatePatchTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    [InlineData(3, 5)]
    [InlineData(5, 3)]
    [InlineData(8, 8)]
    public void States_of_any_length_are_made_of_each_other(int oldLength, int nextLength)
    {
        var old = Bytes(oldLength, 1);
        var next = Bytes(nextLength, 2);
        Assert.Equal(next, StatePatch.Apply(old, StatePatch.Make(old, next, 1_000)!));
    }

    [Fact]
    public void An_unchanged_state_is_a_few_bytes_and_so_is_one_that_moved()
    {
        var old = Bytes(50_000, 1);
        Assert.InRange(StatePatch.Make(old, old, 100)!.Length, 1, 10);

        byte[] moved = [.. Bytes(7, 2), .. old[..20_000], .. Bytes(3, 3), .. old[20_005..]];
        var patch = StatePatch.Make(old, moved, 100)!;
        Assert.InRange(patch.Length, 1, 50);
        Assert.Equal(moved, StatePatch.Apply(old, patch));
    }

    [Fact]
    public void A_patch_that_is_too_long_is_none()
    {
        var (old, next) = (Bytes(50_000, 1), Bytes(50_000, 2));
        Assert.Null(StatePatch.Make(old, next, 49_999));
        Assert.Null(StatePatch.Make(old, old, 0));
        var patch = StatePatch.Make(old, next, 51_000)!;
        Assert.Null(StatePatch.Make(old, next, patch.Length - 1));
        Assert.Equal(patch, StatePatch.Make(old, next, patch.Length));
    }

    [Fact]
    public void Whatever_was_edited_comes_back_and_costs_what_was_edited()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            // Few letters make many false matches.
            var letters = random.Next(2) == 0 ? 3 : 256;
            var old = Enumerable.Range(0, random.Next(5_000)).Select(_ => (byte)random.Next(letters)).ToArray();
            var next = old.ToList();
            for (var edits = random.Next(20); edits > 0; edits--)
            {
                var at = random.Next(next.Count + 1);
                next.RemoveRange(at, Math.Min(random.Next(30), next.Count - at));
                next.InsertRange(at, Enumerable.Range(0, random.Next(30)).Select(_ => (byte)random.Next(letters)));
            }

            var patch = StatePatch.Make(old, next.ToArray(), int.MaxValue);
            Assert.True(patch is not null, $"seed {seed}, round {round}: no patch");
            Assert.True(next.SequenceEqual(StatePatch.Apply(old, patch)), $"seed {seed}, round {round}");
            Assert.True(patch.Length <= 20 * 80 + 20, $"seed {seed}, round {round}: {patch.Length} bytes");
        }
    }

    [Fact]
    public void Damaged_patches_are_refused_or_make_something_else_but_nothing_worse()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        var old = Bytes(2_000, 1);
        byte[] next = [.. old[..700], .. Bytes(40, 2), .. old[900..]];
        var patch = StatePatch.Make(old, next, 1_000)!;
        var refused = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var damaged = patch[..(random.Next(4) == 0 ? random.Next(patch.Length) : patch.Length)];
            // Not in the length that it begins with: memory for up to 256 MiB is taken on its word.
            if (damaged.Length > 2)
                damaged[random.Next(2, damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.Equal(next.Length, StatePatch.Apply(old, damaged).Length);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.True(refused > 500, $"seed {seed}: only {refused} were refused");
        Assert.Throws<InvalidDataException>(() => StatePatch.Apply(old, [.. patch, 0]));
        Assert.Throws<InvalidDataException>(() => StatePatch.Apply(old.AsSpan(0, 800), patch));
        Assert.Throws<InvalidDataException>(() => StatePatch.Apply(old, [5, 0, 0]));
        Assert.Throws<InvalidDataException>(() => StatePatch.Apply(old, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
