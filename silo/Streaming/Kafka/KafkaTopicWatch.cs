using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// Looks from time to time whether the topics that a member reads are still those that it joined for. Kafka itself says nothing when
/// a topic is deleted and created anew, or gets more partitions: offsets would go on to be read in another log.
/// </summary>
internal static class KafkaTopicWatch
{
    /// <summary>Watches until cancelled, or until one is another.</summary>
    /// <returns>What is different now; null when cancelled.</returns>
    public static async Task<EventLogException?> Watch(
        IReadOnlyList<TopicInfo> joined, KafkaTopics topics, TimeSpan every, TimeProvider time, ILogger logger, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(every, time, ended);
                foreach (var topic in joined)
                    if (Difference(topic, await topics.Find(topic.Name, ended)) is { } difference)
                        return new EventLogException(difference);
            }
            catch (EventLogException unknown)
            {
                // Nobody answers: that is the link's to tell.
                logger.TopicsUnknown(unknown.Message);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }

    private static string? Difference(TopicInfo joined, TopicInfo? now) =>
        now is null ? $"Topic {joined.Name} was deleted."
        : now.LogId != joined.LogId ? $"Topic {joined.Name} was deleted and created anew: it is another log, which is read from its start."
        : now.Partitions != joined.Partitions ? $"Topic {joined.Name} has {now.Partitions} partitions where it had {joined.Partitions}."
        : null;
}
