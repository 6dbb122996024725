using System.Collections.Immutable;
using System.Text.Json.Serialization;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;

namespace StreamForge.ClientApi.Documents;

/// <summary>What every order says.</summary>
public interface IOrderRequest
{
    /// <summary>Why; a line of 1 to 500 characters.</summary>
    string Reason { get; }
}

/// <summary>What an operator says with an order.</summary>
/// <param name="Reason">Why; a line of 1 to 500 characters.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OrderRequest(string Reason) : IOrderRequest;

/// <summary>What an operator says with an order to replay a dead letter.</summary>
/// <param name="Reason">Why; a line of 1 to 500 characters.</param>
/// <param name="Again">Even where it was replayed or discarded before.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReplayRequest(string Reason, bool Again = false) : IOrderRequest;

/// <summary>A page of dead letters, those of the newest records first.</summary>
/// <param name="Items">The letters.</param>
/// <param name="Next">Give as <c>cursor</c> for the next page; none on the last. With <c>reason</c> a page may be short with more to come.</param>
public sealed record DeadLetterPageDocument(ImmutableArray<DeadLetterDocument> Items, string? Next);

/// <summary>A record that could not be processed.</summary>
/// <param name="Id">The same for each of several letters about one record.</param>
/// <param name="State"><c>open</c>, <c>replaying</c>, <c>replayed</c> or <c>discarded</c>.</param>
/// <param name="Topic">The topic that the record stood in.</param>
/// <param name="Partition">Where in the topic.</param>
/// <param name="Offset">Where in the partition.</param>
/// <param name="Group">The consumer group that could not process it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When it was given up.</param>
/// <param name="RecordedAt">The record's own time in the log.</param>
/// <param name="Key">The record's key.</param>
/// <param name="EventId">The identity of the record.</param>
/// <param name="ReplayOf">The letter that the record was a replay of.</param>
/// <param name="Replays">How often its record was appended again.</param>
/// <param name="ReplayedTo">The offset where that was done last, in the same partition.</param>
/// <param name="By">Who brought it into its state.</param>
/// <param name="ChangedAt">When.</param>
public sealed record DeadLetterDocument(
    string Id,
    string State,
    string Topic,
    int? Partition,
    long? Offset,
    string Group,
    string Reason,
    DateTimeOffset At,
    DateTimeOffset RecordedAt,
    string? Key,
    string? EventId,
    string? ReplayOf,
    int Replays,
    long? ReplayedTo,
    string? By,
    DateTimeOffset? ChangedAt);

/// <summary>A dead letter with the record that it is about.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="Headers">The record's own headers.</param>
/// <param name="Value">The record's value, where it is text that the log still keeps.</param>
/// <param name="ValueBase64">The record's value, where it is no text.</param>
public sealed record DeadLetterRecordDocument(
    DeadLetterDocument Letter, ImmutableArray<HeaderDocument> Headers, string? Value, byte[]? ValueBase64);

/// <summary>A header of a record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, as text.</param>
public sealed record HeaderDocument(string Name, string Value);

/// <summary>What became of an order.</summary>
/// <param name="Outcome"><c>done</c>, <c>nothing-to-do</c> where it was so already, <c>under-way</c> where it goes on by itself.</param>
/// <param name="Detail">The same in a sentence.</param>
/// <param name="Number">The number under which the order is kept.</param>
public sealed record OrderDocument(string Outcome, string Detail, long? Number);

/// <summary>A page of parked keys in order of topic, partition and key.</summary>
/// <param name="Items">The keys.</param>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Next">Give as <c>cursor</c> for the next page; none on the last.</param>
public sealed record ParkedPageDocument(ImmutableArray<ParkedKey> Items, int Total, string? Next);

/// <summary>A page of orders that were given, the newest first.</summary>
/// <param name="Items">The orders.</param>
/// <param name="Next">Give as <c>cursor</c> for the next page; none on the last.</param>
public sealed record ActionPageDocument(ImmutableArray<ActionDocument> Items, string? Next);

/// <summary>An order that was given: written down before it was carried out, its outcome after.</summary>
/// <param name="Number">From 1, in the order in which orders came.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="What"><c>pause</c>, <c>resume</c>, <c>unpark</c>, <c>replay</c> or <c>discard</c>.</param>
/// <param name="Target">What it is about.</param>
/// <param name="Reason">Why.</param>
/// <param name="EndedAt">When it had ended.</param>
/// <param name="Outcome">
/// <c>done</c>, <c>nothing-to-do</c>, <c>under-way</c>, <c>unknown</c> (no such thing), <c>refused</c>, <c>failed</c> (it may or may not be
/// carried out); null where nobody wrote it down.
/// </param>
/// <param name="Detail">The outcome in a sentence.</param>
public sealed record ActionDocument(
    long Number, DateTimeOffset At, string By, string What, string Target, string Reason, DateTimeOffset? EndedAt, string? Outcome, string? Detail);

/// <summary>A page of partitions in order of topic and number.</summary>
/// <param name="Items">The partitions.</param>
/// <param name="Next">Give as <c>cursor</c> for the next page; none on the last.</param>
public sealed record PartitionPageDocument(ImmutableArray<PartitionDocument> Items, string? Next);

/// <summary>A partition, as its reader and storage tell.</summary>
/// <param name="Topic">The topic that it is of.</param>
/// <param name="Partition">Its number, from 0.</param>
/// <param name="Group">The consumer group that reads it.</param>
/// <param name="Status"><c>reading</c>, <c>paused</c>, <c>stalled</c> or <c>unassigned</c>.</param>
/// <param name="Owner">Who reads it, or read it last.</param>
/// <param name="Epoch">How often it changed its owner; 0 while nobody reads it.</param>
/// <param name="ReadPosition">The next offset to read.</param>
/// <param name="LowWater">All below is durable; a restart reads from here.</param>
/// <param name="LogEnd">The offset after the newest record.</param>
/// <param name="Lag">Records not yet applied; 0 while nobody reads it, since nobody knows.</param>
/// <param name="Rate">Events applied a second, over the last ten.</param>
/// <param name="Watermark">Through when the source's word is applied for all keys.</param>
/// <param name="StallReason">Why it does not go on, while it is stalled.</param>
/// <param name="Loss">Records that retention took unread, while something may miss them.</param>
/// <param name="Paused">The pause that holds it: since when, by whom, why.</param>
public sealed record PartitionDocument(
    string Topic,
    int Partition,
    string Group,
    string Status,
    string? Owner,
    long Epoch,
    long ReadPosition,
    long LowWater,
    long LogEnd,
    long Lag,
    double Rate,
    DateTimeOffset? Watermark,
    string? StallReason,
    PartitionLoss? Loss,
    PartitionPause? Paused);
