using System.Net;
using System.Net.Sockets;

namespace StreamForge.Hosting;

/// <summary>Finds an occupied port before anything is opened for it.</summary>
internal static class PortProbe
{
    /// <exception cref="StartupException">Another process listens on the port.</exception>
    public static void ThrowIfTaken(int port)
    {
        if (port == 0)
            return;
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException error)
        {
            throw new StartupException($"--port: {port} cannot be used: {error.Message}. --port takes another one, 0 a free one.", error);
        }
    }
}
