using System.Buffers;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.State;

namespace StreamForge.Tests.Market.Integrity;

public sealed class IdRangeGateTests
{
    private static readonly DateTimeOffset _t0 = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly IdRangeGate _gate = new();

    [Fact]
    public void Ids_apply_once_in_any_order_and_holes_show()
    {
        Assert.Equal(GateVerdict.Apply, Offer(100));
        Assert.Equal(GateVerdict.Apply, Offer(103));
        Assert.Equal(new IdRange(101, 102), _gate.FirstHole);
        Assert.Equal("ids 101 to 102 are missing", _gate.Gap?.Reason);
        Assert.Equal(GateVerdict.Duplicate, Offer(103));
        Assert.Equal(GateVerdict.Apply, Offer(102));
        Assert.Equal(100, _gate.Through);
        Assert.Equal(GateVerdict.Apply, Offer(101));
        Assert.Equal((103, 0), (_gate.Through, _gate.Holes));
        Assert.Null(_gate.Gap);
    }

    [Fact]
    public void An_answer_closes_its_range_and_nothing_above_the_highest_id_seen()
    {
        Offer(1);
        Offer(5);
        Offer(2);
        Assert.True(Close(1, 1_000));
        Assert.Equal((5, 5), (_gate.Through, _gate.Highest));
        Assert.False(Close(1, 5));
        Assert.Equal(GateVerdict.Apply, Offer(6));
    }

    [Fact]
    public void A_reordered_start_belongs_to_the_stream_and_the_distant_past_does_not()
    {
        _gate.Limits = _gate.Limits with { StartSlack = 10 };
        Offer(100);
        Assert.Equal(GateVerdict.Apply, Offer(98));
        Assert.Equal(new IdRange(99, 99), _gate.FirstHole);
        Assert.Equal(GateVerdict.Apply, Offer(99));
        Assert.Equal(GateVerdict.Superseded, Offer(87));
        Assert.Null(_gate.Gap);
    }

    [Fact]
    public void Too_many_holes_lose_the_oldest_visibly_until_event_time_has_passed_them()
    {
        _gate.Limits = _gate.Limits with { Holes = 2 };
        foreach (var id in new[] { 1, 3, 5, 7 })
            Offer(id);
        Assert.Equal(2, _gate.Holes);
        Assert.Equal(new IdRange(2, 2), Assert.Single(_gate.Lost).Ids);
        Assert.Equal(GateVerdict.Superseded, Offer(2));
        Offer(4);
        Offer(6);
        Assert.Equal(0, _gate.Holes);
        Assert.NotNull(_gate.Gap);
        Assert.Equal(GateVerdict.Apply, Offer(8, _t0.AddHours(23)));
        Assert.NotNull(_gate.Gap);
        Assert.Equal(GateVerdict.Apply, Offer(9, _t0.AddHours(25)));
        Assert.Null(_gate.Gap);
    }

    [Fact]
    public void What_is_lost_stays_bounded()
    {
        _gate.Limits = _gate.Limits with { Holes = 1 };
        for (var id = 1; id < 1_000; id += 2)
            Offer(id);
        Assert.Equal((1, 16), (_gate.Holes, _gate.Lost.Count));
        Assert.NotNull(_gate.Gap);
    }

    /// <summary>Against a set: drops, duplicates, reorderings, answers by range and restarts from stored bytes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_history_applies_each_id_once_and_ends_without_holes(int seed)
    {
        for (var run = 0; run < 200; run++)
            RunHistory((seed * 1_000) + run);
    }

    private static void RunHistory(int seed)
    {
        var random = new Random(seed);
        var gate = new IdRangeGate();
        var existing = Enumerable.Range(1_000, 150).Select(i => (long)i).Where(_ => random.NextDouble() > 0.05).ToList();
        var sent = existing.Where(_ => random.NextDouble() > 0.2).ToList();
        sent.AddRange(sent.Where(_ => random.NextDouble() < 0.2).ToList());
        var applied = new HashSet<long>();
        foreach (var id in sent.OrderBy(i => i + (random.NextDouble() * 20)))
        {
            Take(id);
            if (random.NextDouble() < 0.1 && gate.Holes > 0)
                Repair();
            if (random.NextDouble() < 0.05)
                gate = Reload(gate);
            Check(gate.Gap is not null == gate.Holes > 0, "the gap does not show");
        }

        while (gate.Holes > 0)
            Repair();
        Check(gate.Gap is null, "a gap without a hole");
        Check(existing.Where(i => i >= applied.Min() && i <= applied.Max()).All(applied.Contains), "an id is missing");

        void Take(long id)
        {
            var isNew = applied.Add(id);
            var verdict = gate.Offer(id, _t0, _t0, _t0);
            Check(verdict == (isNew ? GateVerdict.Apply : GateVerdict.Duplicate), $"{id}: {verdict}, new: {isNew}");
        }

        void Repair()
        {
            var hole = gate.FirstHole;
            var missing = new IdRange(hole.From, Math.Min(hole.To, hole.From + random.Next(0, 6)));
            foreach (var id in existing.Where(i => i >= missing.From && i <= missing.To))
                Take(id);
            gate.Close(missing, _t0, _t0);
            Check(gate.Holes == 0 || gate.FirstHole.From > missing.From, "an answer closed nothing");
        }

        void Check(bool holds, string what) => Assert.True(holds, $"seed {seed}: {what}");
    }

    private static IdRangeGate Reload(IdRangeGate gate)
    {
        var buffer = new ArrayBufferWriter<byte>();
        gate.Write(new StateWriter(buffer));
        var copy = new IdRangeGate();
        var reader = new StateReader(buffer.WrittenSpan);
        copy.Read(ref reader);
        reader.End();
        return copy;
    }

    private GateVerdict Offer(long id, DateTimeOffset? at = null) => _gate.Offer(id, at ?? _t0, _t0, _t0);

    private bool Close(long from, long to) => _gate.Close(new IdRange(from, to), _t0, _t0);
}
