using Microsoft.Extensions.Options;
using StreamForge.ClientApi;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>Options are checked at start, all at once.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_in_range() =>
        Assert.True(new ClientApiOptionsValidator().Validate(null, new ClientApiOptions()).Succeeded);

    [Fact]
    public async Task All_that_is_wrong_is_said_in_one_message()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => ApiHost.Start(options =>
        {
            options.GrainTimeout = TimeSpan.Zero;
            options.MaxWait = TimeSpan.FromMinutes(1);
            options.DefaultDepth = 50;
            options.MaxDepth = 20;
            options.CacheBytes = 0;
            options.Meters = [];
        }));

        foreach (var name in (string[])["GrainTimeout", "MaxWait", "DefaultDepth", "CacheBytes", "Meters"])
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}
