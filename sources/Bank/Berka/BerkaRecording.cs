using System.Globalization;
using System.IO.Compression;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Bank.Berka;

/// <summary>
/// The PKDD'99 recording of a Czech bank ("Berka"): accounts with their people, orders, loans and cards, and postings with the balance
/// after each, from zero. Only what belongs to accounts with postings is kept.
/// </summary>
/// <remarks>
/// The order of lines within a day is not the order of booking: see <see cref="DayOrder"/>. Days are <c>YYMMDD</c>, of the 20th century.
/// Withdrawals are called <c>VYDAJ</c>, and now and then <c>VYBER</c>.
/// </remarks>
public sealed class BerkaRecording
{
    private BerkaRecording(
        IReadOnlyList<BerkaPosting> postings, IReadOnlyList<BerkaAccount> accounts, IReadOnlyDictionary<string, BerkaPerson> people,
        IReadOnlyList<BerkaOrder> orders, IReadOnlyList<BerkaLoan> loans, IReadOnlyList<BerkaCard> cards) =>
        (Postings, Accounts, People, Orders, Loans, Cards) = (postings, accounts, people, orders, loans, cards);

    /// <summary>In order of day, and within a day and account in the order of booking.</summary>
    public IReadOnlyList<BerkaPosting> Postings { get; }

    public IReadOnlyList<BerkaAccount> Accounts { get; }

    public IReadOnlyDictionary<string, BerkaPerson> People { get; }

    public IReadOnlyList<BerkaOrder> Orders { get; }

    public IReadOnlyList<BerkaLoan> Loans { get; }

    public IReadOnlyList<BerkaCard> Cards { get; }

    /// <summary>Reads the files of a folder.</summary>
    /// <exception cref="RecordingException">A file is missing, or a line is not what it should be.</exception>
    public static BerkaRecording Read(string folder)
    {
        var postings = InOrder(Lines(folder, "cut-trans-whole-days-to-940330.asc.gz", 10, line => new BerkaPosting(
            line[0], line[1], Day(line[2]), line[3] == "PRIJEM" ? Money(line[5]) : -Money(line[5]), Money(line[6]),
            Given(line[4]) ?? Given(line[7]) ?? line[3], Given(line[7]), Given(line[8]), Given(line[9]))));
        var kept = postings.Select(posting => posting.Account).ToHashSet(StringComparer.Ordinal);
        var dispositions = Lines(folder, "disp.asc", 4, line => (Id: line[0], Person: line[1], Account: line[2], IsOwner: line[3] == "OWNER"))
            .Where(disposition => kept.Contains(disposition.Account)).ToList();
        var ofAccount = dispositions.ToLookup(disposition => disposition.Account, StringComparer.Ordinal);
        var ofId = dispositions.ToDictionary(disposition => disposition.Id, StringComparer.Ordinal);
        var accounts = Lines(folder, "account.asc", 4, line => (Id: line[0], Frequency: line[2], Day: Day(line[3])))
            .Where(account => kept.Contains(account.Id))
            .Select(account => new BerkaAccount(
                account.Id, ofAccount[account.Id].First(disposition => disposition.IsOwner).Person, account.Day, account.Frequency,
                [.. ofAccount[account.Id].Select(disposition => (disposition.Id, disposition.Person, disposition.IsOwner))]))
            .ToList();
        var people = Lines(folder, "client.asc", 3, line => new BerkaPerson(line[0], line[1], line[2]));
        return new BerkaRecording(
            postings,
            accounts,
            people.ToDictionary(person => person.Id, StringComparer.Ordinal),
            [.. Lines(folder, "order.asc", 6, line => new BerkaOrder(line[0], line[1], line[2], line[3], Money(line[4]), Given(line[5])))
                .Where(order => kept.Contains(order.Account))],
            [.. Lines(folder, "loan.asc", 7, line => new BerkaLoan(
                line[0], line[1], Day(line[2]), Money(line[3]), int.Parse(line[4], CultureInfo.InvariantCulture), Money(line[5]), line[6]))
                .Where(loan => kept.Contains(loan.Account))],
            [.. Lines(folder, "card.asc", 4, line => (Id: line[0], Disposition: line[1], Kind: line[2], Day: Day(line[3][..6])))
                .Where(card => ofId.ContainsKey(card.Disposition))
                .Select(card => new BerkaCard(
                    card.Id, ofId[card.Disposition].Account, ofId[card.Disposition].Person, card.Kind, card.Day))]);
    }

    private static List<BerkaPosting> InOrder(IEnumerable<BerkaPosting> postings)
    {
        var balances = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var ordered = new List<BerkaPosting>();
        foreach (var day in postings.GroupBy(posting => posting.Day).OrderBy(day => day.Key))
            foreach (var account in day.GroupBy(posting => posting.Account))
            {
                var booked = DayOrder.Of(balances.GetValueOrDefault(account.Key), [.. account])
                    ?? throw new RecordingException($"The postings of account {account.Key} on {day.Key:yyyy-MM-dd} fit in no order.");
                ordered.AddRange(booked);
                balances[account.Key] = booked[^1].Balance;
            }

        return ordered;
    }

    private static List<T> Lines<T>(string folder, string name, int fields, Func<string[], T> read)
    {
        var path = Path.Combine(folder, name);
        var rows = new List<T>();
        try
        {
            using var file = File.OpenRead(path);
            using Stream content = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new StreamReader(content);
            reader.ReadLine();
            for (var number = 2; reader.ReadLine() is { } line; number++)
            {
                // No value of these files holds a semicolon or a quote.
                var values = line.Split(';');
                if (values.Length != fields)
                    throw new RecordingException($"{path}, line {number}: {values.Length} fields instead of {fields}.");
                try
                {
                    rows.Add(read([.. values.Select(value => value.Trim('"'))]));
                }
                catch (FormatException error)
                {
                    throw new RecordingException($"{path}, line {number}: {error.Message}", error);
                }
            }
        }
        catch (IOException error)
        {
            throw new RecordingException($"{path} cannot be read: {error.Message}", error);
        }

        return rows;
    }

    private static DateOnly Day(string value) => DateOnly.ParseExact("19" + value, "yyyyMMdd", CultureInfo.InvariantCulture);

    private static decimal Money(string value) => decimal.Parse(value, CultureInfo.InvariantCulture);

    private static string? Given(string value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
