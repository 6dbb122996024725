using System.Collections.Immutable;
using System.Text.Json.Serialization;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;

namespace StreamForge.ClientApi.Documents;

/// <summary>What an operator says with an order.</summary>
/// <param name="Reason">Why; a line of 1 to 500 characters.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OrderRequest(string Reason);

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
