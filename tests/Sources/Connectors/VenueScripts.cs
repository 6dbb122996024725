using System.Text.Json;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>How the venues answer commands.</summary>
internal static class VenueScripts
{
    /// <summary>Binance: subscribes to all that is asked for, and lists it.</summary>
    public static Func<JsonElement, IEnumerable<string>> Binance()
    {
        var streams = new List<string>();
        return command =>
        {
            var id = command.GetProperty("id").GetInt64();
            switch (command.GetProperty("method").GetString())
            {
                case "SUBSCRIBE":
                    lock (streams)
                        streams.AddRange(command.GetProperty("params").EnumerateArray().Select(p => p.GetString()!));
                    return [$$"""{"result":null,"id":{{id}}}"""];
                case "LIST_SUBSCRIPTIONS":
                    lock (streams)
                        return [$$"""{"result":{{JsonSerializer.Serialize(streams.Distinct())}},"id":{{id}}}"""];
                default:
                    return [$$"""{"error":{"code":2,"msg":"unknown"},"id":{{id}}}"""];
            }
        };
    }

    /// <summary>Kraken: confirms each pair, and sends a whole book after each subscription to one.</summary>
    public static Func<JsonElement, IEnumerable<string>> Kraken()
    {
        var books = 0;
        return command => Answer(command, () => Interlocked.Increment(ref books));
    }

    private static IEnumerable<string> Answer(JsonElement command, Func<int> nextBook)
    {
        var verb = command.GetProperty("event").GetString()!;
        if (verb == "ping")
        {
            yield return $$"""{"event":"pong","reqid":{{command.GetProperty("reqid").GetInt64()}}}""";
            yield break;
        }
        var channel = command.GetProperty("subscription").GetProperty("name").GetString();
        foreach (var pair in command.GetProperty("pair").EnumerateArray().Select(p => p.GetString()))
        {
            yield return $$$"""{"channelName":"{{{channel}}}","event":"subscriptionStatus","pair":"{{{pair}}}","status":"{{{verb}}}d","subscription":{"name":"{{{channel}}}"}}""";
            if (verb == "subscribe" && channel == "book")
                yield return $$"""[7,{"as":[["{{nextBook()}}.0","1.0","1618678123.4"]],"bs":[]},"book-1000","{{pair}}"]""";
        }
    }
}
