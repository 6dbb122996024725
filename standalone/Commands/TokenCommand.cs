using System.CommandLine;
using StreamForge.ClientApi.Requests;
using StreamForge.Hosting;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Commands;

/// <summary><c>token</c>: prints a development token for a folder of data, for whoever can read its key.</summary>
internal static class TokenCommand
{
    private const int LongestName = 100;

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The folder of data whose platform will be asked.", DefaultValueFactory = _ => "./data" };
        var scope = new Option<string>("--scope") { Description = "What it allows.", DefaultValueFactory = _ => "reader", HelpName = "reader|operator" };
        var name = new Option<string>("--name") { Description = "Who it is for: what actions are kept under.", DefaultValueFactory = _ => Environment.UserName };
        var hours = new Option<int>("--hours") { CustomParser = ArgumentValues.ParseWhole, Description = "How long it counts.", DefaultValueFactory = _ => 12 };
        data.Validators.Add(ArgumentValues.IsNotEmpty);
        name.Validators.Add(ArgumentValues.IsNotEmpty);
        name.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length > LongestName))
                result.AddError($"--name has at most {LongestName} characters.");
        });
        scope.Validators.Add(result => ArgumentValues.OneOf(result, "reader", "operator"));
        hours.Validators.Add(result => ArgumentValues.Range(result, 1, 24 * 30));

        var command = new Command("token", "Prints a development token for a platform on this machine.") { data, scope, name, hours };
        command.SetAction(parsed =>
        {
            var key = DevelopmentTokens.KeyOf(Path.GetFullPath(parsed.GetValue(data)!));
            Console.WriteLine(key.Token(
                parsed.GetValue(name)!,
                parsed.GetValue(scope) == "operator" ? ApiScope.Operator : ApiScope.Reader,
                TimeProvider.System.GetUtcNow(),
                TimeSpan.FromHours(parsed.GetValue(hours))));
            return ExitCodes.Ok;
        });
        return command;
    }
}
