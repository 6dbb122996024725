using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;
using StreamForge.Tests.KillHost;

// AIM up [options]: the platform of ./platform up, which ends itself by SIGKILL where the aim says.
var trap = new Trap(Aim.Parse(args[0]));
var seams = new PlatformSeams
{
    Files = (folder, disk) => new TrappedFiles(folder, disk, trap),
    Services = services =>
    {
        if (!trap.WantsRebalance)
            return;
        var log = (IEventLog)services.Single(service => service.ServiceType == typeof(IEventLog)).ImplementationInstance!;
        services.AddSingleton<IEventLog>(new WatchedLog(log, Topics.MarketDepth, trap));
        services.AddHostedService(provider => new SecondMember(provider, trap));
    },
};
return await new RootCommand { UpCommand.Create(seams) }.Parse(args[1..]).InvokeAsync();
