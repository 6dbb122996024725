namespace StreamForge.Tests.Support;

/// <summary>Files with anything in them: each is read or called corrupt, and nothing else happens.</summary>
public static class FileFuzz
{
    /// <summary>Damages a file many times; the test is worth something only where some are read and some are not.</summary>
    /// <param name="damaged">Makes a damaged file, and puts it in its place.</param>
    /// <param name="isRead">Whether it can be read; false where it is called corrupt.</param>
    public static async Task IsReadOrCalledCorrupt(int files, Action damaged, Func<Task<bool>> isRead)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        ArgumentNullException.ThrowIfNull(isRead);
        var (read, corrupt) = (0, 0);
        for (var i = 0; i < files; i++)
        {
            damaged();
            if (await isRead())
                read++;
            else
                corrupt++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{read} read, {corrupt} corrupt");
        Assert.True(read > 0 && corrupt > 0, $"{read} read, {corrupt} corrupt");
    }
}
