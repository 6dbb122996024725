namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>Kafka's native library, which a build may be without.</summary>
public static class KafkaNative
{
    /// <summary>Whether librdkafka can be loaded.</summary>
    /// <param name="problem">One line for a person where it cannot.</param>
    public static bool IsAvailable(out string problem)
    {
        try
        {
            Confluent.Kafka.Library.Load();
            problem = "";
            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or InvalidOperationException or FileNotFoundException)
        {
            problem = "Kafka needs the native library librdkafka, and this build has none: run scripts/native-kafka.sh --force, "
                + "then build again.";
            return false;
        }
    }

    /// <exception cref="EventLogException">It cannot be loaded; the message is one line for a person.</exception>
    internal static void Require()
    {
        if (!IsAvailable(out var problem))
            throw new EventLogException(problem);
    }
}
