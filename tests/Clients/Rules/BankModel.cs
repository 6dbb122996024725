using StreamForge.Contracts.Clients;
using StreamForge.Grains.Clients;
using StreamForge.Grains.Integrity;

namespace StreamForge.Tests.Clients.Rules;

/// <summary>What the sources really know of one client, and what they said of it: the truth that a cache must come to.</summary>
internal sealed class BankModel(Random random)
{
    private static readonly DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<Register, List<SortedDictionary<string, RegisterEntry>>> _history =
        RegisterWords.All.ToDictionary(register => register, _ => new List<SortedDictionary<string, RegisterEntry>> { new() });

    public Dictionary<string, List<Posting>> Postings { get; } = [];

    public IReadOnlyDictionary<string, RegisterEntry> Of(Register register) => _history[register][^1];

    public long SequenceOf(Register register) => _history[register].Count - 1;

    /// <summary>Something happens at the bank; what it publishes of that, in order.</summary>
    public IReadOnlyList<ClientEvent> Happen()
    {
        if (random.Next(2) == 0)
            return [Change((Register)random.Next(1, RegisterWords.All.Count))];
        var account = $"{random.Next(3)}";
        if (!Postings.TryGetValue(account, out var postings))
            Postings[account] = postings = [];
        var booked = Enumerable.Range(0, random.Next(10) == 0 ? random.Next(2, 30) : 1).Select(_ => Book(postings)).ToArray();
        return [TestEvents.Booked(account, booked), Changed(TestEvents.Account(account, postings[^1].Balance, postings[^1].Number))];
    }

    /// <summary>The source's answer to a request.</summary>
    /// <param name="behind">It is asked of a server that lags by so many changes.</param>
    public ClientEvent Answer(RepairRequest request, int behind)
    {
        if (request.Kind == RepairKind.Register)
        {
            var register = RegisterWords.Find(request.Part!)!.Value;
            var at = Math.Max(0, _history[register].Count - 1 - behind);
            return TestEvents.Snapshot(register, at, [.. _history[register][at].Values]);
        }

        var postings = Postings.GetValueOrDefault(request.Part!) ?? [];
        var through = Math.Max(0, postings.Count - behind);
        return TestEvents.Range(
            request.Part!, request.From!.Value, request.To!.Value, through,
            [.. postings.Take(through).Where(posting => posting.Number >= request.From && posting.Number <= request.To)]);
    }

    private static Posting Book(List<Posting> postings, decimal amount)
    {
        var posting = new Posting
        {
            Number = postings.Count + 1,
            BookedOn = DateOnly.FromDateTime(_time.UtcDateTime).AddDays(postings.Count / 3),
            Amount = amount,
            Balance = (postings.Count > 0 ? postings[^1].Balance : 0) + amount,
        };
        postings.Add(posting);
        return posting;
    }

    private Posting Book(List<Posting> postings) => Book(postings, random.Next(-100, 100) / 10m);

    private RegisterChange Change(Register register)
    {
        var id = $"{random.Next(4)}";
        RegisterEntry entry = register switch
        {
            Register.Orders => new StandingOrder { Id = id, Account = "0", Amount = random.Next(1, 99), BeneficiaryAccount = "x", Active = true },
            Register.Loans => new Loan { Id = id, Account = "0", Principal = random.Next(99), Payment = 1, Months = 2, GrantedOn = new DateOnly(2026, 1, 1), Status = "A" },
            Register.Cards => new Card { Id = id, Account = "0", Holder = "h", Product = $"p{random.Next(9)}", IssuedOn = new DateOnly(2026, 1, 1), Blocked = false },
            Register.Limits => new Limit { Id = id, Kind = "card", Period = "day", Amount = random.Next(99), Currency = "CZK" },
            Register.Authorities => new Authority { Id = id, Person = $"p{random.Next(9)}", MaySee = true, MaySign = random.Next(2) == 0 },
            _ => new Party { Id = TestEvents.Client, Kind = PartyKind.Person, Name = $"N{random.Next(99)}" },
        };
        return Changed(entry, removed: _history[register][^1].ContainsKey(entry.Id) && random.Next(4) == 0);
    }

    private RegisterChange Changed(RegisterEntry entry, bool removed = false)
    {
        var register = TestEvents.RegisterOf(entry);
        var next = new SortedDictionary<string, RegisterEntry>(_history[register][^1]);
        if (removed)
            next.Remove(entry.Id);
        else
            next[entry.Id] = entry;
        _history[register].Add(next);
        return TestEvents.Change(_history[register].Count - 1, entry, removed);
    }
}
