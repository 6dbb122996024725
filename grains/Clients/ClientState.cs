using StreamForge.Contracts.Clients;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>All that is stored of a client; its postings are in grains of months, but for those that are on their way there.</summary>
public sealed class ClientState : EntityState
{
    private readonly SortedDictionary<string, PostingStream> _postings = new(StringComparer.Ordinal);

    public override int SchemaVersion => 1;

    public override StateIndex Index => new("bank", StatusWord(), Of(Register.Accounts).Sequence);

    internal IReadOnlyList<RegisterStream> Registers { get; } = [.. RegisterWords.All.Select(register => new RegisterStream(register))];

    /// <summary>Postings by account, in order of account.</summary>
    internal IReadOnlyCollection<PostingStream> Postings => _postings.Values;

    internal PendingPostings Pending { get; } = new();

    internal RegisterStream Of(Register register) => Registers[(int)register];

    internal PostingStream? FindPostings(string account) => _postings.GetValueOrDefault(account);

    internal void Add(PostingStream stream) => _postings.Add(stream.Account, stream);

    public override void Read(ReadOnlySpan<byte> input, int schemaVersion)
    {
        if (schemaVersion != SchemaVersion)
            throw new InvalidDataException($"Schema {schemaVersion} of a client is not known here.");
        var reader = new StateReader(input);
        Key = reader.RequiredText();
        Version = reader.Signed();
        Feeds.Read(ref reader);
        Origins.Read(ref reader);
        foreach (var register in Registers)
            register.Read(ref reader, Key);
        _postings.Clear();
        for (var n = reader.Count(); n > 0; n--)
        {
            var stream = new PostingStream(reader.RequiredText());
            stream.Read(ref reader);
            _postings.Add(stream.Account, stream);
        }

        Pending.Read(ref reader);
        reader.End();
    }

    protected override void WriteAll(StateWriter writer)
    {
        writer.Text(Key);
        writer.Signed(Version);
        Feeds.Write(writer);
        Origins.Write(writer);
        foreach (var register in Registers)
            register.Write(writer);
        writer.Count(_postings.Count);
        foreach (var stream in _postings.Values)
        {
            writer.Text(stream.Account);
            stream.Write(writer);
        }

        Pending.Write(writer);
    }

    // Repairs are not stored, so neither is "repairing": an open gap is a gap.
    private string StatusWord()
    {
        var streams = Registers.Cast<GuardedStream>().Concat(_postings.Values).ToList();
        return streams.Any(stream => stream.GateGap is not null) ? "gap"
            : streams.Any(stream => stream.Started) ? "live"
            : "cold";
    }
}
