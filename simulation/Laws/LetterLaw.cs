using System.Text.Json;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.Market;
using StreamForge.Silo.Streaming;

namespace StreamForge.Simulation.Laws;

/// <summary>
/// A dead letter that is said to be replayed stands in its topic again, under its own id; and once its entity is durably past it, the
/// entity has it, or it is a dead letter again.
/// </summary>
internal sealed class LetterLaw : Law
{
    private readonly Dictionary<string, List<(LogPosition At, long Trade)>> _awaited = new(StringComparer.Ordinal);

    public override string Name => "operators, a replay is a record like any other";

    public override void Replayed(DeadLetter letter, bool? stands)
    {
        if (letter.State != DeadLetterState.Replayed || letter.ReplayedTo is not { } place)
        {
            Broken(letter.Id, $"its replay was done, and it is {letter.State}");
            return;
        }

        if (stands is not { } found)
            return;
        Checked("stands");
        if (!found)
            Broken(letter.Id, $"its replay was done, and no replay of it stands in {letter.Topic}/{place.Partition} at {place.Offset}");
        if (letter.Topic == Topics.MarketTrades && letter.EventId is { } id && World.Tap.Find(id) is { } record)
            Await(record.Key, place, JsonSerializer.Deserialize<JsonElement>(record.Value.Span));
    }

    public override void Discarded(DeadLetter letter)
    {
        Checked("discarded");
        // Whoever ordered its replay since has been told so himself.
        if (letter.State == DeadLetterState.Open)
            Broken(letter.Id, "it was discarded, and is open");
    }

    public override void Stored(RowWrite write)
    {
        if (write.Key.Kind != InstrumentGrain.StateName || !_awaited.TryGetValue(write.Key.Id, out var awaited) || awaited.Count == 0)
            return;
        // A copy: the gate is asked as if the trade came once more.
        var state = new InstrumentState();
        state.Read(write.Write.Payload.Span, write.Write.SchemaVersion);
        foreach (var feed in state.Feeds.Capture())
            foreach (var (at, trade) in awaited.Where(a => feed.Topic == Topics.MarketTrades && a.At.LogId == feed.Position.LogId
                && a.At.Partition == feed.Position.Partition && a.At.Offset <= feed.Position.Offset).ToArray())
            {
                awaited.Remove((at, trade));
                if (World.Tap.IsDone(new Silo.Storage.PartitionKey("", Topics.MarketTrades, at.LogId, at.Partition), at.Offset))
                {
                    Checked("refused again");
                    continue;
                }

                Checked("applied");
                if (state.TradeIds.Offer(trade, default, default, default) == GateVerdict.Apply)
                    Broken(write.Key.Id, $"it is durably past the replay of trade {trade} at {at.Offset}, and does not have it");
            }
    }

    public override void StorageSetBack() => _awaited.Clear();

    private void Await(string instrument, LogPosition place, JsonElement made)
    {
        if (made.GetProperty("type").GetString() != "trade")
            return;
        if (!_awaited.TryGetValue(instrument, out var awaited))
            _awaited.Add(instrument, awaited = []);
        awaited.Add((place, made.GetProperty("tradeId").GetInt64()));
    }
}
