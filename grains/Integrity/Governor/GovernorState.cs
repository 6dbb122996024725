using System.Buffers;
using System.Globalization;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Governor;

/// <summary>A request that waits for its permit.</summary>
/// <param name="LastAsked">Since the take-over; tickets that nobody asks for any more are dropped.</param>
public sealed record Ticket(string Id, string Group, bool Interactive, TimeSpan LastAsked);

/// <summary>A permit that counts against the cap.</summary>
/// <param name="Lease">How long it counts when nobody returns it.</param>
/// <param name="GrantedAt">Since the take-over; none where it was granted before: nobody knows how long ago.</param>
public sealed record Permit(string TicketId, string Group, TimeSpan Lease, TimeSpan? GrantedAt);

/// <summary>Everything that a source's governor must not forget: a few kilobytes, written before each grant is answered.</summary>
/// <remarks>
/// No time of day is in it: clocks of nodes differ, and jump. Times are spans since the state was taken over, by the clock that never jumps,
/// and are not stored: whoever takes over counts everything from then.
/// </remarks>
public sealed class GovernorState : IStoredState
{
    // More than any options allow.
    private static readonly TimeSpan LongestLease = TimeSpan.FromDays(1);

    /// <summary>In order of arrival.</summary>
    public List<Ticket> Tickets { get; } = [];

    /// <summary>In order of grant.</summary>
    public List<Permit> Permits { get; } = [];

    /// <summary>Groups that were served and still have tickets, in order of their first grant.</summary>
    public List<string> Started { get; } = [];

    /// <summary>Permits that could be granted at once at <see cref="TokensAt"/>, as far as the rate goes; not a number before the first count.</summary>
    public double Tokens { get; set; } = double.NaN;

    /// <summary>Since the take-over: what came before it gives nothing.</summary>
    public TimeSpan TokensAt { get; set; }

    public long Granted { get; set; }

    public int SchemaVersion => 2;

    public StateIndex Index => new(null, Permits.Count > 0 ? "busy" : "idle", Granted);

    public void Write(IBufferWriter<byte> output)
    {
        var writer = new StateWriter(output);
        writer.Count(Tickets.Count);
        foreach (var ticket in Tickets)
        {
            writer.Text(ticket.Id);
            writer.Text(ticket.Group);
            writer.Bool(ticket.Interactive);
        }
        writer.Count(Permits.Count);
        foreach (var permit in Permits)
        {
            writer.Text(permit.TicketId);
            writer.Text(permit.Group);
            writer.Signed(permit.Lease.Ticks);
        }
        writer.Count(Started.Count);
        foreach (var group in Started)
            writer.Text(group);
        writer.Text(Tokens.ToString("R", CultureInfo.InvariantCulture));
        writer.Signed(Granted);
    }

    public void Read(ReadOnlySpan<byte> input, int schemaVersion)
    {
        var reader = new StateReader(input);
        Tickets.Clear();
        for (var n = reader.Count(); n > 0; n--)
        {
            Tickets.Add(new Ticket(reader.RequiredText(), reader.RequiredText(), reader.Bool(), TimeSpan.Zero));
            SkipTimes(ref reader, schemaVersion, 2);
        }
        Permits.Clear();
        for (var n = reader.Count(); n > 0; n--)
        {
            var (ticket, group) = (reader.RequiredText(), reader.RequiredText());
            SkipTimes(ref reader, schemaVersion, 2);
            Permits.Add(new Permit(ticket, group, schemaVersion == 1 ? TimeSpan.Zero : ReadLease(ref reader), GrantedAt: null));
        }
        Started.Clear();
        for (var n = reader.Count(); n > 0; n--)
            Started.Add(reader.RequiredText());
        (Tokens, TokensAt) = (ReadTokens(reader.RequiredText()), TimeSpan.Zero);
        SkipTimes(ref reader, schemaVersion, 1);
        Granted = reader.Signed();
        reader.End();
    }

    /// <summary>Version 1 held times of day.</summary>
    private static void SkipTimes(ref StateReader reader, int schemaVersion, int times)
    {
        for (; schemaVersion == 1 && times > 0; times--)
            reader.Time();
    }

    private static TimeSpan ReadLease(ref StateReader reader)
    {
        var ticks = reader.Signed();
        return ticks >= 0 && ticks <= LongestLease.Ticks
            ? new TimeSpan(ticks)
            : throw new InvalidDataException($"A permit counts for {ticks} ticks.");
    }

    /// <summary>NaN: none were counted yet.</summary>
    private static double ReadTokens(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var tokens) && (double.IsNaN(tokens) || double.IsFinite(tokens))
            ? tokens
            : throw new InvalidDataException($"'{text}' is no number of permits.");
}
