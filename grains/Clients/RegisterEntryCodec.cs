using System.Collections.Immutable;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>The compact form of entries in a client's state.</summary>
internal static class RegisterEntryCodec
{
    public static void Write(StateWriter writer, RegisterEntry entry)
    {
        writer.Text(entry.Id);
        switch (entry)
        {
            case Account account:
                writer.Text(account.Currency);
                writer.Text(account.Product);
                writer.Byte((byte)account.Status);
                Write(writer, account.OpenedOn);
                Write(writer, account.ClosedOn);
                writer.Decimal(account.Balance);
                writer.Signed(account.LastPosting);
                writer.Count(account.Holds.Length);
                foreach (var hold in account.Holds)
                {
                    writer.Text(hold.Id);
                    writer.Decimal(hold.Amount);
                    writer.Text(hold.Reason);
                    Write(writer, hold.Until);
                }

                break;
            case StandingOrder order:
                writer.Text(order.Account);
                writer.Decimal(order.Amount);
                writer.Text(order.BeneficiaryBank);
                writer.Text(order.BeneficiaryAccount);
                writer.Text(order.Purpose);
                writer.Bool(order.Active);
                break;
            case Loan loan:
                writer.Text(loan.Account);
                writer.Decimal(loan.Principal);
                writer.Decimal(loan.Payment);
                writer.Count(loan.Months);
                Write(writer, (DateOnly?)loan.GrantedOn);
                writer.Text(loan.Status);
                break;
            case Card card:
                writer.Text(card.Account);
                writer.Text(card.Holder);
                writer.Text(card.Product);
                Write(writer, (DateOnly?)card.IssuedOn);
                writer.Bool(card.Blocked);
                break;
            case Limit limit:
                writer.Text(limit.Account);
                writer.Text(limit.Kind);
                writer.Text(limit.Period);
                writer.Decimal(limit.Amount);
                writer.Text(limit.Currency);
                break;
            case Authority authority:
                writer.Text(authority.Person);
                writer.Text(authority.Account);
                writer.Bool(authority.MaySee);
                writer.Bool(authority.MaySign);
                writer.Bool(authority.SignUpTo.HasValue);
                if (authority.SignUpTo is { } amount)
                    writer.Decimal(amount);
                Write(writer, authority.Until);
                break;
            case Party party:
                writer.Byte((byte)party.Kind);
                writer.Text(party.Name);
                Write(writer, party.BornOn);
                writer.Text(party.RegistrationNumber);
                writer.Text(party.Address);
                writer.Text(party.Email);
                writer.Text(party.Phone);
                break;
            default:
                throw new ArgumentException($"{entry.GetType().Name} has no stored form.", nameof(entry));
        }
    }

    public static RegisterEntry Read(ref StateReader reader, Register register)
    {
        var id = reader.RequiredText();
        return register switch
        {
            Register.Accounts => new Account
            {
                Id = id,
                Currency = reader.RequiredText(),
                Product = reader.Text(),
                Status = Word<AccountStatus>(ref reader),
                OpenedOn = Day(ref reader),
                ClosedOn = Day(ref reader),
                Balance = reader.Decimal(),
                LastPosting = reader.Signed(),
                Holds = Holds(ref reader),
            },
            Register.Orders => new StandingOrder
            {
                Id = id,
                Account = reader.RequiredText(),
                Amount = reader.Decimal(),
                BeneficiaryBank = reader.Text(),
                BeneficiaryAccount = reader.RequiredText(),
                Purpose = reader.Text(),
                Active = reader.Bool(),
            },
            Register.Loans => new Loan
            {
                Id = id,
                Account = reader.RequiredText(),
                Principal = reader.Decimal(),
                Payment = reader.Decimal(),
                Months = reader.Number(),
                GrantedOn = RequiredDay(ref reader),
                Status = reader.RequiredText(),
            },
            Register.Cards => new Card
            {
                Id = id,
                Account = reader.RequiredText(),
                Holder = reader.RequiredText(),
                Product = reader.RequiredText(),
                IssuedOn = RequiredDay(ref reader),
                Blocked = reader.Bool(),
            },
            Register.Limits => new Limit
            {
                Id = id,
                Account = reader.Text(),
                Kind = reader.RequiredText(),
                Period = reader.RequiredText(),
                Amount = reader.Decimal(),
                Currency = reader.RequiredText(),
            },
            Register.Authorities => new Authority
            {
                Id = id,
                Person = reader.RequiredText(),
                Account = reader.Text(),
                MaySee = reader.Bool(),
                MaySign = reader.Bool(),
                SignUpTo = reader.Bool() ? reader.Decimal() : null,
                Until = Day(ref reader),
            },
            Register.Parties => new Party
            {
                Id = id,
                Kind = Word<PartyKind>(ref reader),
                Name = reader.RequiredText(),
                BornOn = Day(ref reader),
                RegistrationNumber = reader.Text(),
                Address = reader.Text(),
                Email = reader.Text(),
                Phone = reader.Text(),
            },
            _ => throw new InvalidDataException($"{register} is no register."),
        };
    }

    internal static void Write(StateWriter writer, DateOnly? day)
    {
        writer.Bool(day.HasValue);
        if (day is { } known)
            writer.Count(known.DayNumber);
    }

    internal static DateOnly? Day(ref StateReader reader) => reader.Bool() ? DayOf(reader.Number()) : null;

    internal static DateOnly DayOf(int number) =>
        number <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber(number) : throw new InvalidDataException($"{number} is no day.");

    private static DateOnly RequiredDay(ref StateReader reader) =>
        Day(ref reader) ?? throw new InvalidDataException("A day is missing.");

    private static ImmutableArray<Hold> Holds(ref StateReader reader)
    {
        var holds = ImmutableArray.CreateBuilder<Hold>(reader.Count());
        for (var n = holds.Capacity; n > 0; n--)
            holds.Add(new Hold(reader.RequiredText(), reader.Decimal(), reader.Text(), Day(ref reader)));
        return holds.DrainToImmutable();
    }

    private static T Word<T>(ref StateReader reader)
        where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), reader.Byte());
        return Enum.IsDefined(value) ? value : throw new InvalidDataException($"{value} is no {typeof(T).Name}.");
    }
}
