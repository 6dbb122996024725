using System.Buffers;
using System.Text.Json;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>
/// The exchange's own book of one symbol: seeded by a recorded REST snapshot as soon as a diff bridges it, then moved by every
/// diff. A hole in the recording itself makes it unknown until the next recorded snapshot bridges.
/// </summary>
internal sealed class BinanceBook(RecordingVenue venue)
{
    private readonly Queue<RecordedSnapshot> _seeds = new();
    private readonly PriceLadder _bids = new(highestFirst: true);
    private readonly PriceLadder _asks = new(highestFirst: false);
    private long _eventTime;
    private long _transactionTime;

    /// <summary>Whether the levels are the venue's.</summary>
    public bool IsKnown { get; private set; }

    /// <summary><c>u</c> of the last diff that came out, applied or not.</summary>
    public long Sequence { get; private set; }

    public void AddSeed(RecordedSnapshot snapshot) => _seeds.Enqueue(snapshot);

    /// <summary>Moves the book by a diff.</summary>
    public void Apply(in BinanceMessage diff, ReadOnlySpan<byte> data)
    {
        if (IsKnown && !Continues(diff))
            IsKnown = false;
        if (!IsKnown)
            Seed(diff);
        if (IsKnown)
            ApplyLevels(data);
        Sequence = diff.Last;
    }

    /// <summary>The book as the venue answers <c>depth</c>.</summary>
    public SnapshotAnswer Answer(int limit)
    {
        if (IsKnown)
            return new SnapshotAnswer(SnapshotState.Known, Sequence, Write(Sequence, limit));

        // The recorded snapshot, brought forward: it is ahead of the stream, as a venue's own answers are, and the diff that
        // bridges it is still to come.
        DropOutrun();
        return _seeds.TryPeek(out var seed)
            ? new SnapshotAnswer(SnapshotState.Known, seed.Sequence, seed.Body(limit))
            : new SnapshotAnswer(SnapshotState.NotYet);
    }

    /// <summary>Spot counts every update: <c>U</c> follows the last <c>u</c>. USD-M names the predecessor in <c>pu</c>.</summary>
    private bool Continues(in BinanceMessage diff) =>
        venue == RecordingVenue.BinanceUsdm && diff.Previous >= 0 ? diff.Previous == Sequence : diff.First == Sequence + 1;

    private void Seed(in BinanceMessage diff)
    {
        DropOutrun();
        if (!_seeds.TryPeek(out var seed) || !diff.Bridges(venue, seed.Sequence))
            return;
        _seeds.Dequeue();
        _bids.Clear();
        _asks.Clear();
        ApplyLevels(seed.Bytes);
        IsKnown = true;
    }

    /// <summary>A snapshot that the stream has passed without bridging can never be used.</summary>
    private void DropOutrun()
    {
        while (_seeds.TryPeek(out var seed) && seed.Sequence < Sequence)
            _seeds.Dequeue();
    }

    private void ApplyLevels(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var bids = json.ValueTextEquals("b"u8) || json.ValueTextEquals("bids"u8);
            var asks = json.ValueTextEquals("a"u8) || json.ValueTextEquals("asks"u8);
            var eventTime = json.ValueTextEquals("E"u8);
            var transactionTime = json.ValueTextEquals("T"u8);
            json.Read();
            if (bids)
                _bids.Apply(ref json);
            else if (asks)
                _asks.Apply(ref json);
            else if (eventTime)
                _eventTime = json.GetInt64();
            else if (transactionTime)
                _transactionTime = json.GetInt64();
            else
                json.Skip();
        }
    }

    private byte[] Write(long sequence, int limit)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("lastUpdateId"u8, sequence);
        if (venue == RecordingVenue.BinanceUsdm)
        {
            json.WriteNumber("E"u8, _eventTime);
            json.WriteNumber("T"u8, _transactionTime);
        }

        json.WritePropertyName("bids"u8);
        _bids.Write(json, limit);
        json.WritePropertyName("asks"u8);
        _asks.Write(json, limit);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
