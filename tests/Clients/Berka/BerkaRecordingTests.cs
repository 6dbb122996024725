using StreamForge.Sources.Bank.Berka;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Clients.Berka;

public sealed class BerkaRecordingTests
{
    [Fact]
    public void Every_day_of_every_account_has_an_order_and_the_drift_is_the_recordings_own()
    {
        var recording = BerkaRecording.Read(SharedData.Path("bank/berka"));
        Assert.Equal((46_997, 1_229), (recording.Postings.Count, recording.Accounts.Count));
        var days = recording.Postings.GroupBy(posting => (posting.Account, posting.Day)).Count();
        Assert.Equal(38_821, days);
        var drift = recording.Postings.GroupBy(posting => posting.Account)
            .Select(account => Math.Abs(account.Sum(posting => posting.Amount) - account.Last().Balance)).ToList();
        Assert.Equal(0.70m, drift.Max());
        Assert.Equal(88, recording.Postings.Count(posting => posting.Balance < 0));
        Assert.All(recording.Accounts, account => Assert.Single(account.Dispositions, disposition => disposition.IsOwner));
    }
}
