using System.Collections.Immutable;

namespace StreamForge.ClientApi.Documents;

/// <summary>A page of instruments in order of name.</summary>
/// <param name="Items">The instruments.</param>
/// <param name="Next">Give as <c>cursor</c> for the next page; none on the last.</param>
public sealed record InstrumentPageDocument(ImmutableArray<InstrumentSummaryDocument> Items, string? Next);

/// <summary>An instrument as of its last checkpoint.</summary>
/// <param name="Instrument"><c>venue:SYMBOL</c>.</param>
/// <param name="Status">How far the checkpoint can be trusted now; <c>live</c> only where it holds all up to a recent watermark.</param>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="CheckpointedAt">When the checkpoint was written.</param>
/// <param name="Watermark">All that the source published up to here is in the checkpoint; null where nobody says so.</param>
public sealed record InstrumentSummaryDocument(
    string Instrument, string Status, long Sequence, DateTimeOffset CheckpointedAt, DateTimeOffset? Watermark);

/// <summary>Whether the process lives, or is ready.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
public sealed record HealthDocument(string Status);

/// <summary>An error: RFC 9457.</summary>
/// <param name="Type">The kind of problem: <c>urn:streamforge:problem:...</c>.</param>
/// <param name="Title">The kind in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">This occurrence in words.</param>
/// <param name="Instance">The path that was asked for.</param>
/// <param name="TraceId">Finds the request in logs and traces.</param>
/// <param name="Parameter">The parameter or header that is wrong, where one is.</param>
public sealed record ProblemDocument(
    string Type, string Title, int Status, string? Detail = null, string? Instance = null, string? TraceId = null, string? Parameter = null);
