namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// The books of one assigned partition: for every key what was read, applied and made durable, and from these the
/// low-water mark, below which everything is durable. Plain and synchronous: the pump carries out what it decides.
/// </summary>
/// <remarks>
/// Owned by one turn at a time. Other threads may ask for <see cref="FindLane"/> and <see cref="AppliedMark"/>: lanes are only
/// ever added, and what these read of a lane is one word.
/// </remarks>
internal sealed class PumpLedger
{
    // Looked up by readers on other threads, walked only through _order, whose order is that of arrival.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, KeyLane> _lanes = new(StringComparer.Ordinal);
    private readonly List<KeyLane> _order = [];

    public PumpLedger(long start) => ReadPosition = start;

    /// <summary>The next offset to read from the log.</summary>
    public long ReadPosition { get; private set; }

    /// <summary>Bytes of all records that wait to be applied.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>In order of the first record.</summary>
    public IReadOnlyList<KeyLane> Lanes => _order;

    /// <summary>The low-water mark: the smallest offset that is not durable, or the reading position.</summary>
    public long LowWater
    {
        get
        {
            var low = ReadPosition;
            foreach (var lane in _order)
                if (lane.HoldsAt < low)
                    low = lane.HoldsAt;
            return low;
        }
    }

    /// <summary>The smallest offset that is not applied, or the reading position: what lag is counted from.</summary>
    public long AppliedMark
    {
        get
        {
            var mark = ReadPosition;
            // By index: other threads ask while lanes are added.
            for (var i = 0; i < _order.Count; i++)
                if (_order[i] is { Parked: false } lane)
                    mark = Math.Min(mark, lane.FirstUnapplied);
            return mark;
        }
    }

    public KeyLane LaneOf(string key)
    {
        if (_lanes.TryGetValue(key, out var lane))
            return lane;
        lane = new KeyLane(key);
        _lanes[key] = lane;
        _order.Add(lane);
        return lane;
    }

    public KeyLane? FindLane(string key) => _lanes.GetValueOrDefault(key);

    /// <summary>Keys that are parked now. Any thread.</summary>
    public IReadOnlyList<string> ParkedKeys
    {
        get
        {
            var keys = new List<string>();
            for (var i = 0; i < _order.Count; i++)
                if (_order[i].Parked)
                    keys.Add(_order[i].Key);
            return keys;
        }
    }

    /// <summary>A record of a lane's key was read; the reading position moves over it.</summary>
    /// <returns>The lane, where it now has something to deliver; null where the record was left in the log.</returns>
    public KeyLane? Read(KeyLane lane, in PendingRecord record, DateTimeOffset now)
    {
        var taken = lane.Enqueue(record, now);
        ReadPosition = record.Offset + 1;
        if (!taken)
            return null;
        PendingBytes += record.Size;
        return lane;
    }

    /// <summary>A record was read that no grain is to see (a watermark, a filtered one).</summary>
    public void ReadOver(long offset) => ReadPosition = offset + 1;

    public void Applied(KeyLane lane, long offset, DateTimeOffset now) => PendingBytes -= lane.Applied(offset, now);

    public void Refill(KeyLane lane, in PendingRecord record)
    {
        lane.Refill(record);
        PendingBytes += record.Size;
    }

    /// <summary>
    /// Memory is full: leaves in the log what is not in flight of the fullest lane that has made no progress since
    /// <paramref name="stuckSince"/>.
    /// </summary>
    /// <returns>Records that were left: they are read again; 0 where no lane is stuck.</returns>
    public int LeaveStuck(DateTimeOffset stuckSince)
    {
        KeyLane? worst = null;
        foreach (var lane in _order)
            if (lane.PendingCount > lane.InFlight && lane.ProgressAt <= stuckSince && (worst is null || lane.PendingBytes > worst.PendingBytes))
                worst = lane;
        if (worst is null)
            return 0;
        var before = worst.PendingCount;
        PendingBytes -= worst.Leave(worst.InFlight);
        return before - worst.PendingCount;
    }

    /// <summary>Bytes that wait in lanes without progress since <paramref name="stuckSince"/>.</summary>
    public long StuckBytes(DateTimeOffset stuckSince)
    {
        var bytes = 0L;
        foreach (var lane in _order)
            if (lane.PendingCount > 0 && lane.ProgressAt <= stuckSince)
                bytes += lane.PendingBytes;
        return bytes;
    }

    /// <summary>Parks a key from an offset on; a durable row must say so already.</summary>
    public void Park(KeyLane lane, long fromOffset) => PendingBytes -= lane.Park(fromOffset);

    /// <summary>Records that were read and are not applied: they are read again after a rewind.</summary>
    public int PendingCount
    {
        get
        {
            var count = 0;
            foreach (var lane in _order)
                count += lane.PendingCount;
            return count;
        }
    }
}
