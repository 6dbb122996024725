using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Cluster;

/// <summary>
/// How feeds stand over all silos: of partitions that are read here the board of this silo tells, of others what their silo said
/// last. Whatever grains here ask about is asked of those silos again and again, for as long as somebody wants to know.
/// </summary>
/// <remarks>
/// An old word stays true, it only vouches for less: it names what a grain's memory must hold for its watermark to count
/// (<see cref="FeedStanding.Delivered"/>), and memory and what is stored only grow from there. So a word that is a moment old, or
/// of a silo that died since, makes an answer older, never wrong.
/// </remarks>
internal sealed class ClusterStandings(FeedBoard own, Func<string, int> partitions, TimeProvider time) : IFeedStandings
{
    /// <summary>A question that nobody has asked for so long is not asked any more.</summary>
    internal static readonly TimeSpan Interest = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<FeedQuestion, Asked> _asked = new();
    private readonly Dictionary<TopicPartition, (object Silo, long Epoch)> _readers = [];
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public FeedStanding Of(string topic, int? partition, string key, string source) => partition is { } number
        ? At(new FeedQuestion(topic, number, key, source, Stored: false))
        : WorstOf(topic, key, source);

    /// <inheritdoc/>
    public FeedStanding OfStored(string topic, string key, string source) =>
        At(new FeedQuestion(topic, Murmur2Partitioner.PartitionOf(Encoding.UTF8.GetBytes(key), partitions(topic)), key, source, Stored: true));

    /// <summary>What this silo knows, for another that asks.</summary>
    public FeedAnswers Answer(ImmutableArray<FeedQuestion> questions) => new()
    {
        Standings = [.. questions.Select(question => own.Reads(question.Place) ? OwnWord(question) : (FeedStanding?)null)],
        Reads = [.. own.Pumps.Select(pump => new ReadPartition(pump.Partition.Topic, pump.Partition.Partition, pump.Epoch))],
    };

    /// <summary>The questions whose partitions a silo reads, as far as is known.</summary>
    /// <param name="silo">Any name of a silo that is equal to itself.</param>
    public ImmutableArray<FeedQuestion> QuestionsFor(object silo)
    {
        var now = time.GetTimestamp();
        var questions = ImmutableArray.CreateBuilder<FeedQuestion>();
        foreach (var (question, asked) in _asked)
            if (time.GetElapsedTime(asked.At, now) > Interest)
                _asked.TryRemove(question, out _);
            else if (silo.Equals(ReaderOf(question.Place)))
                questions.Add(question);
        return questions.ToImmutable();
    }

    /// <summary>Who reads a partition, as far as is known: a hint.</summary>
    /// <param name="here">What this silo is called.</param>
    public object? SiloReading(TopicPartition place, object here) => own.Reads(place) ? here : ReaderOf(place);

    /// <summary>Takes a silo's answer.</summary>
    public void Learn(object silo, ImmutableArray<FeedQuestion> questions, FeedAnswers answers)
    {
        lock (_gate)
        {
            foreach (var read in answers.Reads)
            {
                var place = new TopicPartition(read.Topic, read.Partition);
                // Who lost a partition may not know it yet: the highest epoch has the word.
                if (!_readers.TryGetValue(place, out var known) || read.Epoch >= known.Epoch)
                    _readers[place] = (silo, read.Epoch);
            }
        }
        for (var i = 0; i < questions.Length; i++)
            if (answers.Standings[i] is { } standing && _asked.TryGetValue(questions[i], out var asked))
                asked.Said = new Word(standing);
    }

    private FeedStanding At(in FeedQuestion question)
    {
        if (own.Reads(question.Place))
            return OwnWord(question);
        if (!_asked.TryGetValue(question, out var asked))
            asked = _asked.GetOrAdd(question, new Asked());
        asked.At = time.GetTimestamp();
        return asked.Said?.Standing
            ?? new FeedStanding(null, SourceUp: true, Stalled: false, Parked: false, $"nobody has said yet how {question.Place} stands.");
    }

    private FeedStanding OwnWord(in FeedQuestion question) => question.Stored
        ? own.OfStored(question.Topic, question.Key, question.Source)
        : own.Of(question.Topic, question.Partition, question.Key, question.Source);

    private object? ReaderOf(TopicPartition place)
    {
        lock (_gate)
            return _readers.TryGetValue(place, out var reader) ? reader.Silo : null;
    }

    /// <summary>Of a key that was never fed: it may come from any partition, so all of them must be vouched for.</summary>
    private FeedStanding WorstOf(string topic, string key, string source)
    {
        FeedStanding? worst = null;
        for (var partition = 0; partition < partitions(topic); partition++)
        {
            var standing = At(new FeedQuestion(topic, partition, key, source, Stored: false));
            if (standing.Delivered is { Through: >= 0 })
                // It was fed after all, and from this one.
                return standing;
            if (worst is null || standing.Watermark is null || standing.Watermark < worst.Value.Watermark)
                worst = standing;
        }
        return worst!.Value;
    }

    /// <summary>Since when nobody has asked, and what was said last.</summary>
    private sealed class Asked
    {
        private long _at;
        private Word? _said;

        public long At { get => Volatile.Read(ref _at); set => Volatile.Write(ref _at, value); }

        public Word? Said { get => Volatile.Read(ref _said); set => Volatile.Write(ref _said, value); }
    }

    /// <summary>A standing is too large to be swapped in one step.</summary>
    private sealed record Word(FeedStanding Standing);
}
