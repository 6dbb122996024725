namespace StreamForge.Silo.Telemetry;

/// <summary>The name under which all of the platform's metrics are made.</summary>
public static class StreamForgeMeter
{
    public const string Name = "StreamForge";
}
