namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>The headers that a dead letter has beside those of its record.</summary>
internal static class DeadLetterHeaders
{
    public const string Prefix = "dead-";
    public const string Topic = "dead-topic";
    public const string Place = "dead-place";
    public const string Group = "dead-group";
    public const string Reason = "dead-reason";
    public const string At = "dead-at";
    public const string EventId = "dead-event-id";
    public const string ValueOmitted = "dead-value-omitted";
}
