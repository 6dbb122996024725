using System.CommandLine;
using StreamForge.Standalone.Cluster;

namespace StreamForge.Standalone.Commands;

/// <summary><c>mock-kafka</c>: brokers for a cluster that was given none. Not for people: hidden.</summary>
internal static class MockKafkaCommand
{
    public static Command Create()
    {
        var partitions = new Option<int>("--partitions") { CustomParser = ArgumentValues.ParseWhole, DefaultValueFactory = _ => 4 };
        var command = new Command("mock-kafka", "Runs librdkafka's mock brokers.") { partitions };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => MockKafka.Run(parsed.GetValue(partitions), cancellation));
        return command;
    }
}
