using System.Text.Json;
using StreamForge.Contracts.Streams;

namespace StreamForge.Simulation.Laws;

/// <summary>
/// What an answer says of its origin can be followed back: to the record in the log, to the raw record that it was made from, to the
/// repair that asked for it; and that record really says what the answer does.
/// </summary>
internal sealed class ProvenanceLaw : Law
{
    public override string Name => "L8 explainable";

    public override void Answered(Answer answer)
    {
        var told = answer.Content.GetProperty("provenance");
        if (told.ValueKind == JsonValueKind.Null)
        {
            if (answer.Freshness.Sequence != 0 && answer.Freshness.AppliedAt is not null)
                Broken(answer.Instrument, $"nothing is said of where {answer.Freshness.Sequence} came from");
            return;
        }

        Checked(answer.Of == ViewOf.Book ? "book" : "trades");
        string? Told(string name) => told.GetProperty(name).GetString();
        void Equal(string what, string? expected, string? found)
        {
            if (expected != found)
                Broken(answer.Instrument, $"the {what} of record {Told("eventId")} is {expected ?? "none"}, the answer says {found ?? "none"}");
        }

        if (World.Tap.Find(Told("eventId")!, Told("origin")) is not { } record)
        {
            Broken(answer.Instrument, $"nobody ever appended a record {Told("eventId")}");
            return;
        }

        Equal("topic", record.Topic, Told("topic"));
        Equal("key", record.Key, answer.Instrument);
        Equal("origin", record[RecordHeaders.Origin], Told("origin"));
        Equal("trace", record[RecordHeaders.TraceParent], Told("traceParent"));
        var log = Guid.ParseExact(Told("logId")!, "N");
        if (World.Tap.IdAt(record.Topic, log, told.GetProperty("partition").GetInt32(), told.GetProperty("offset").GetInt64()) is { } stands)
            Equal("id at its place", stands, Told("eventId"));
        if (Told("repairId") is { } repair)
        {
            Checked("repair");
            if (!World.Tap.Answers(answer.Instrument, repair))
                Broken(answer.Instrument, $"no record answers the repair {repair}");
        }

        Says(answer, JsonSerializer.Deserialize<JsonElement>(record.Value.Span));
        CheckRaw(answer, Told("eventId")!, record[RecordHeaders.TraceParent]);
    }

    /// <summary>The record is the one that the newest content came from.</summary>
    private void Says(Answer answer, JsonElement record)
    {
        var type = record.GetProperty("type").GetString();
        if (answer.Of == ViewOf.Book)
        {
            var sequence = record.GetProperty(type == "diff" ? "last" : "sequence").GetInt64();
            if (sequence != answer.Freshness.Sequence)
                Broken(answer.Instrument, $"the book at {answer.Freshness.Sequence} is said to come from a {type} of {sequence}");
            return;
        }

        var made = type == "trade" ? [record] : record.GetProperty("trades").EnumerateArray().ToArray();
        var there = answer.Content.GetProperty("trades").EnumerateArray().Select(t => t.GetProperty("tradeId").GetInt64()).ToHashSet();
        if (!made.Any(t => there.Contains(t.GetProperty("tradeId").GetInt64())))
            Broken(answer.Instrument, $"the trades are said to come from a {type} of which nothing is there");
    }

    private void CheckRaw(Answer answer, string eventId, string? trace)
    {
        var rawId = eventId[..eventId.LastIndexOf('#')];
        if (World.Tap.Find(rawId) is not { } raw)
            Broken(answer.Instrument, $"nobody ever appended the raw record {rawId}");
        else if (raw.Topic != Topics.RawMarket || raw[RecordHeaders.Instrument] != answer.Instrument || raw[RecordHeaders.TraceParent] != trace)
            Broken(answer.Instrument, $"the raw record {rawId} is not the one of this trace");
    }
}
