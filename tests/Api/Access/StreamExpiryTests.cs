using StreamForge.ClientApi.Access;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Api.Reading;

namespace StreamForge.Tests.Api.Access;

/// <summary>A stream lasts no longer than the token that it was opened with.</summary>
public sealed class StreamExpiryTests
{
    [Fact]
    public async Task A_stream_ends_with_its_token_and_goes_on_with_the_next_one()
    {
        var issuer = new TestIssuer();
        await using var host = await ApiHost.Start(ApiHost.Rules(new AccessOptions { ClockSkew = TimeSpan.Zero }.Takes(issuer)));
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        var expires = DateTime.UtcNow.AddSeconds(3);
        host.Client.DefaultRequestHeaders.Authorization = new("Bearer", issuer.Token("reader", token => token.Expires = expires));
        await using (var reader = await SseReader.Open(host, instrument.Id))
        {
            await reader.Next("snapshot");
            instrument.Book(2, 100m, 102m);
            var last = await reader.Next("book");
            var end = await reader.Next("expired");
            Assert.Equal("token-expired", end.Json.GetProperty("reason").GetString());
            // The word has no id: the place stays that of the last event.
            Assert.Null(end.Id);
            Assert.Equal(last.Id, reader.LastEventId);
            Assert.Null(await reader.NextOrComment());
            instrument.Book(3, 100m, 103m);

            host.Client.DefaultRequestHeaders.Authorization = issuer.Bearer("reader");
            await using var again = await SseReader.Open(host, instrument.Id, reader.LastEventId);
            Assert.Equal(3, (await again.Next("book")).Json.GetProperty("sequence").GetInt64());
        }
    }
}
