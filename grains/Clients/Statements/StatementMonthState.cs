using System.Buffers;
using System.Collections.Immutable;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients.Statements;

/// <summary>The postings of one account and month.</summary>
public sealed class StatementMonthState : IStoredState
{
    private readonly SortedDictionary<long, Posting> _postings = [];

    public int SchemaVersion => 1;

    public StateIndex Index => new("bank", null, _postings.Count);

    /// <returns>Whether it was not there.</returns>
    public bool Put(Posting posting) => _postings.TryAdd(posting.Number, posting);

    /// <summary>In order of day, then number.</summary>
    public ImmutableArray<Posting> Ordered()
    {
        var postings = _postings.Values.ToArray();
        Array.Sort(postings, PostingCodec.InOrder);
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(postings);
    }

    public void Write(IBufferWriter<byte> output)
    {
        var writer = new StateWriter(output);
        writer.Count(_postings.Count);
        foreach (var posting in _postings.Values)
            PostingCodec.Write(writer, posting);
    }

    public void Read(ReadOnlySpan<byte> input, int schemaVersion)
    {
        if (schemaVersion != SchemaVersion)
            throw new InvalidDataException($"Schema {schemaVersion} of a month's statement is not known here.");
        var reader = new StateReader(input);
        _postings.Clear();
        for (var n = reader.Count(); n > 0; n--)
        {
            var posting = PostingCodec.Read(ref reader);
            _postings[posting.Number] = posting;
        }

        reader.End();
    }
}
