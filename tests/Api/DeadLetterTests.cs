using System.Collections.Immutable;
using System.Net.Http.Json;
using StreamForge.ClientApi.Documents;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>The addresses of dead letters.</summary>
public sealed class DeadLetterTests(ApiHost host)
{
    private const string Prefix = "e5000000000a-00000000000000";

    [Fact]
    public async Task A_letter_is_told_with_its_record_as_text_or_in_base64()
    {
        host.Market.Operations.Letters[Prefix + "01"] = new DeadLetterRecord(
            Letter(Prefix + "01"), [new DeadLetterHeader("source", "test")], ImmutableArray.Create("{\"über\""u8));
        host.Market.Operations.Letters[Prefix + "02"] = new DeadLetterRecord(Letter(Prefix + "02"), [], [0xFF, 0xFE]);
        host.Market.Operations.Letters[Prefix + "03"] = new DeadLetterRecord(Letter(Prefix + "03"), [], null);

        var text = await Get(Prefix + "01");
        Assert.Equal(("{\"über\"", null), (text.Value, text.ValueBase64));
        Assert.Equal([new HeaderDocument("source", "test")], text.Headers);
        Assert.Equal(("open", "raw.market", 3, 17L), (text.Letter.State, text.Letter.Topic, text.Letter.Partition, text.Letter.Offset));
        Assert.Equal([0xFF, 0xFE], (await Get(Prefix + "02")).ValueBase64);
        Assert.Null((await Get(Prefix + "03")).Value);
    }

    [Theory]
    [InlineData(Prefix + "99")]
    [InlineData("any")]
    [InlineData("E5000000000A-0000000000000001")]
    public async Task A_letter_that_is_not_there_is_404(string id)
    {
        using var answer = await host.Get($"/v1/dead-letters/{id}");
        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task What_is_asked_for_reaches_the_directory()
    {
        await host.GetDocument(
            $"/v1/dead-letters?topic=raw.market&reason=not%20JSON&state=replaying&cursor={Prefix}01&limit=7", DocumentJson.Default.DeadLetterPageDocument);
        Assert.Contains(
            new DeadLetterQuery(DeadLetterState.Replaying, "raw.market", "not JSON", Prefix + "01", 7), host.Market.Operations.LetterQueries);
        foreach (var wrong in new[] { "state=dead", "cursor=AAAA", "limit=0", "key=x" })
        {
            using var answer = await host.Get("/v1/dead-letters?" + wrong);
            Assert.Equal(400, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Orders_reach_the_letter_and_again_has_to_be_said()
    {
        var id = Prefix + "aa";
        foreach (var (verb, body) in new (string, object)[]
            { ("replay", new { reason = "why" }), ("replay", new { reason = "why", again = true }), ("discard", new { reason = "why" }) })
        {
            using var answer = await host.Client.PostAsJsonAsync(new Uri($"/v1/dead-letters/{id}/{verb}", UriKind.Relative), body);
            Assert.Equal(200, (int)answer.StatusCode);
        }
        Assert.Equal(
            [$"replay {id}/", $"replay {id}/again", $"discard {id}/"], host.Market.Operations.OrdersOf(id).Select(order => order.What));
        using var wrong = await host.Client.PostAsJsonAsync(
            new Uri($"/v1/dead-letters/{id}/discard", UriKind.Relative), new { reason = "why", again = true });
        Assert.Equal(400, (int)wrong.StatusCode);
        using var none = await host.Client.PostAsJsonAsync(new Uri("/v1/dead-letters/none/discard", UriKind.Relative), new { reason = "why" });
        Assert.Equal(404, (int)none.StatusCode);
    }

    private Task<DeadLetterRecordDocument> Get(string id) =>
        host.GetDocument($"/v1/dead-letters/{id}", DocumentJson.Default.DeadLetterRecordDocument);

    private static DeadLetter Letter(string id) => new()
    {
        Id = id, State = DeadLetterState.Open, Topic = "raw.market", Place = new LogPosition(Guid.Empty, 3, 17), Group = "g", Reason = "why",
        At = DateTimeOffset.UnixEpoch, RecordedAt = DateTimeOffset.UnixEpoch, Stands = new LogPosition(Guid.Empty, 0, 1),
    };
}
