namespace StreamForge.Standalone.Cluster;

/// <summary>A line on the terminal that is written anew in place; plain lines where it is headless.</summary>
internal sealed class LiveLine(bool headless)
{
    private int _width;

    /// <summary>Puts a text in place of the line before.</summary>
    public void Show(string text)
    {
        if (headless)
        {
            Console.Error.WriteLine("platform: " + text);
            return;
        }
        // Over the line before, whatever its length; never wider than the terminal, which would wrap.
        var width = Console.IsErrorRedirected ? text.Length : Math.Max(20, Console.WindowWidth - 1);
        var line = text.Length > width ? text[..width] : text;
        Console.Error.Write('\r' + line.PadRight(_width));
        _width = line.Length;
    }

    /// <summary>Says something that stays.</summary>
    public void Say(string text)
    {
        End();
        Console.Error.WriteLine("platform: " + text);
    }

    public void End()
    {
        if (!headless && _width > 0)
            Console.Error.WriteLine();
        _width = 0;
    }
}
