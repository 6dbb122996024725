using System.Buffers;
using System.Text;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.Clients.Wire;
using StreamForge.Tests.Support;
using static StreamForge.Tests.Clients.Rules.TestEvents;

namespace StreamForge.Tests.Clients.Wire;

public sealed class ClientEventCodecTests
{
    private static readonly DateTimeOffset _received = new(2026, 1, 1, 0, 0, 1, TimeSpan.Zero);

    private static readonly ClientEvent[] _events =
    [
        Change(1, Account("1", -12.50m, 7) with { Product = "current", OpenedOn = new DateOnly(1995, 3, 24), Holds = [new Hold("h", 1.10m, "card", new DateOnly(2026, 2, 1))] }),
        Change(2, Account("1", 0), removed: true),
        Change(1, new StandingOrder { Id = "o", Account = "1", Amount = 2452.00m, BeneficiaryBank = "YZ", BeneficiaryAccount = "87144583", Active = false }),
        Change(1, new Loan { Id = "l", Account = "1", Principal = 96396m, Payment = 8033.00m, Months = 12, GrantedOn = new DateOnly(1993, 7, 5), Status = "B" }),
        Change(1, new Card { Id = "c", Account = "1", Holder = "9", Product = "classic", IssuedOn = new DateOnly(1993, 11, 7), Blocked = false }),
        Change(1, new Limit { Id = "m", Kind = "transfer", Period = "day", Amount = 100000m, Currency = "CZK" }),
        Change(1, new Authority { Id = "a", Person = "9", MaySee = false, MaySign = true, SignUpTo = 10m }),
        Change(1, new Party { Id = Client, Kind = PartyKind.Company, Name = "Ň", Email = "a@b.cz" }),
        Snapshot(Register.Cards, 4), Snapshot(Register.Accounts, 9, Account("1", 1), Account("2", 2)),
        Digest(Register.Limits, 3),
        Booked("1", Posting(1, -3.20m) with { Kind = "VYBER", Purpose = "x" }, Posting(2)),
        Range("1", 3, 9, 5, Posting(3), Posting(5)),
    ];

    [Fact]
    public void Every_event_comes_back_as_it_was()
    {
        foreach (var item in _events)
        {
            var text = Written(item);
            Assert.True(ClientEventCodec.TryRead(text, _received, out var read, out var reason), $"{reason}: {Encoding.UTF8.GetString(text)}");
            Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(Written(read)));
            Assert.Equal((item.GetType(), item.Client, item.EventTime, _received), (read.GetType(), read.Client, read.EventTime, read.ReceivedAt));
        }
    }

    [Fact]
    public void Digits_are_kept()
    {
        Assert.True(ClientEventCodec.TryRead(Written(_events[2]), _received, out var read, out _));
        Assert.Equal("2452.00", ((StandingOrder)((RegisterChange)read).Entry).Amount.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "JSON")]
    [InlineData("null", "type is not known")]
    [InlineData("""{"type":"bonus"}""", "$.type: The type is not known.")]
    [InlineData("""{"type":"account","client":"1","sequence":1,"eventTime":"2026-01-01T00:00:00Z"}""", "$.account: The field 'account' is missing.")]
    [InlineData("""{"type":"account","client":"1","eventTime":"2026-01-01T00:00:00Z","account":{}}""", "currency")]
    [InlineData("""{"type":"account","client":"1","sequence":1,"eventTime":"2026-01-01T00:00:00Z","account":{"id":"1","currency":"CZK","status":"open","balance":12.5,"lastPosting":0}}""", "$.account.balance: An amount is a decimal in a string.")]
    [InlineData("""{"type":"account","client":"1","sequence":1,"eventTime":"2026-01-01T00:00:00Z","account":{"id":"1","currency":"CZK","status":"sold","balance":"1","lastPosting":0}}""", "$.account.status")]
    [InlineData("""{"type":"account","client":"1","sequence":1,"eventTime":"2026-01-01T00:00:00Z","account":{"id":"1","currency":"CZK","status":"open","balance":"1e9","lastPosting":0}}""", "$.account.balance")]
    [InlineData("""{"type":"account","type":"loan","client":"1"}""", "type")]
    [InlineData("""{"type":"postings","client":"1","account":"1","eventTime":"2026-01-01T00:00:00Z","postings":null}""", "$.postings")]
    [InlineData("""{"type":"postings","client":null,"account":"1","eventTime":"2026-01-01T00:00:00Z","postings":[]}""", "client")]
    [InlineData("""{"type":"digest","client":"1","register":"books","sequence":1,"eventTime":"2026-01-01T00:00:00Z"}""", "$.register")]
    [InlineData("""{"type":"digest","client":"1","register":"loans","sequence":1,"eventTime":"2026-01-01"}trailing""", "")]
    public void What_is_wrong_is_named(string json, string reason)
    {
        Assert.False(ClientEventCodec.TryRead(Encoding.UTF8.GetBytes(json), _received, out var item, out var why));
        Assert.Null(item);
        Assert.Contains(reason, why, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_nobody_knows_are_ignored()
    {
        var text = """{"bonus":[{"a":1}],"type":"digest","client":"1","register":"loans","sequence":1,"eventTime":"2026-01-01T00:00:00Z"}"""u8;
        Assert.True(ClientEventCodec.TryRead(text, _received, out var item, out _));
        Assert.Equal(1, Assert.IsType<RegisterDigest>(item).Sequence);
    }

    [Fact]
    public void Damaged_bytes_are_an_event_or_a_reason_and_never_an_exception()
    {
        var random = Seeded.NewRandom();
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = ByteMutator.Mutate(Written(_events[i % _events.Length]), random);
            if (ClientEventCodec.TryRead(damaged, _received, out var item, out var reason))
                Assert.NotEmpty(Written(item));
            else
                Assert.NotEmpty(reason);
        }
    }

    private static byte[] Written(ClientEvent item)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ClientEventCodec.Write(buffer, item);
        return buffer.WrittenSpan.ToArray();
    }
}
