using System.Buffers;
using System.Globalization;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Governor;

/// <summary>A request that waits for its permit.</summary>
/// <param name="LastAsked">Tickets that nobody asks for any more are dropped.</param>
public sealed record Ticket(string Id, string Group, bool Interactive, DateTimeOffset Since, DateTimeOffset LastAsked);

/// <summary>A permit that counts against the cap.</summary>
public sealed record Permit(string TicketId, string Group, DateTimeOffset SendBefore, DateTimeOffset ExpiresAt);

/// <summary>Everything that a source's governor must not forget: a few kilobytes, written before each grant is answered.</summary>
public sealed class GovernorState : IStoredState
{
    /// <summary>In order of arrival.</summary>
    public List<Ticket> Tickets { get; } = [];

    /// <summary>In order of grant.</summary>
    public List<Permit> Permits { get; } = [];

    /// <summary>Groups that were served and still have tickets, in order of their first grant.</summary>
    public List<string> Started { get; } = [];

    /// <summary>Permits that could be granted at once at <see cref="TokensAt"/>, as far as the rate goes.</summary>
    public double Tokens { get; set; } = double.NaN;

    public DateTimeOffset TokensAt { get; set; }

    public long Granted { get; set; }

    public int SchemaVersion => 1;

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
            writer.Time(ticket.Since);
            writer.Time(ticket.LastAsked);
        }
        writer.Count(Permits.Count);
        foreach (var permit in Permits)
        {
            writer.Text(permit.TicketId);
            writer.Text(permit.Group);
            writer.Time(permit.SendBefore);
            writer.Time(permit.ExpiresAt);
        }
        writer.Count(Started.Count);
        foreach (var group in Started)
            writer.Text(group);
        writer.Text(Tokens.ToString("R", CultureInfo.InvariantCulture));
        writer.Time(TokensAt);
        writer.Signed(Granted);
    }

    public void Read(ReadOnlySpan<byte> input, int schemaVersion)
    {
        var reader = new StateReader(input);
        Tickets.Clear();
        for (var n = reader.Count(); n > 0; n--)
            Tickets.Add(new Ticket(reader.RequiredText(), reader.RequiredText(), reader.Bool(), reader.Time(), reader.Time()));
        Permits.Clear();
        for (var n = reader.Count(); n > 0; n--)
            Permits.Add(new Permit(reader.RequiredText(), reader.RequiredText(), reader.Time(), reader.Time()));
        Started.Clear();
        for (var n = reader.Count(); n > 0; n--)
            Started.Add(reader.RequiredText());
        Tokens = ReadTokens(reader.RequiredText());
        TokensAt = reader.Time();
        Granted = reader.Signed();
        reader.End();
    }

    /// <summary>NaN: none were counted yet.</summary>
    private static double ReadTokens(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var tokens) && (double.IsNaN(tokens) || double.IsFinite(tokens))
            ? tokens
            : throw new InvalidDataException($"'{text}' is no number of permits.");
}
