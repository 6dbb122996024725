namespace StreamForge.Sources.Bank.Berka;

/// <summary>A line of the recording's postings.</summary>
/// <param name="Amount">Signed: debits are negative.</param>
/// <param name="Balance">After it, as the bank rounded it (to 0.10).</param>
public sealed record BerkaPosting(
    string Id, string Account, DateOnly Day, decimal Amount, decimal Balance, string Kind, string? Symbol, string? Bank, string? Counterparty);

/// <summary>An account with the client who owns it and those who may act for him.</summary>
/// <param name="Frequency">How often statements are issued, the source's word.</param>
/// <param name="Dispositions">Who has something to do with it: the recording's id of that, the person, and whether it is the owner.</param>
public sealed record BerkaAccount(
    string Id, string Owner, DateOnly OpenedOn, string Frequency, IReadOnlyList<(string Id, string Person, bool IsOwner)> Dispositions);

/// <summary>A person of the recording.</summary>
/// <param name="BirthNumber"><c>YYMMDD</c>; of women the month is 50 more.</param>
public sealed record BerkaPerson(string Id, string BirthNumber, string District)
{
    public DateOnly BornOn
    {
        get
        {
            var month = int.Parse(BirthNumber.AsSpan(2, 2), System.Globalization.CultureInfo.InvariantCulture);
            return new DateOnly(
                1900 + int.Parse(BirthNumber.AsSpan(0, 2), System.Globalization.CultureInfo.InvariantCulture),
                month > 50 ? month - 50 : month,
                int.Parse(BirthNumber.AsSpan(4, 2), System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>A standing order of the recording.</summary>
public sealed record BerkaOrder(string Id, string Account, string Bank, string Counterparty, decimal Amount, string? Symbol);

/// <summary>A loan of the recording.</summary>
public sealed record BerkaLoan(string Id, string Account, DateOnly GrantedOn, decimal Amount, int Months, decimal Payment, string Status);

/// <summary>A card of the recording.</summary>
public sealed record BerkaCard(string Id, string Account, string Holder, string Kind, DateOnly IssuedOn);
