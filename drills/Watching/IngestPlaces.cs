using System.Globalization;
using StreamForge.Drills.Rigs;

namespace StreamForge.Drills.Watching;

/// <summary>Ingest calls so far, by whether they crossed from another silo: the sum of what all silos that live tell in their metrics.</summary>
internal readonly record struct IngestPlaces(long Here, long Elsewhere)
{
    private const string Health = "health at ";

    public double ShareElsewhere => Here + Elsewhere == 0 ? 0 : (double)Elsewhere / (Here + Elsewhere);

    public static IngestPlaces operator -(IngestPlaces now, IngestPlaces before) => new(now.Here - before.Here, now.Elsewhere - before.Elsewhere);

    public static IngestPlaces operator +(IngestPlaces one, IngestPlaces other) => new(one.Here + other.Here, one.Elsewhere + other.Elsewhere);

    public static async Task<IngestPlaces> Read(ClusterRig rig)
    {
        using var http = new HttpClient();
        var texts = await Task.WhenAll(rig.Processes.Silos
            .Where(silo => !silo.HasExited)
            .Select(silo => http.GetStringAsync(new Uri(HealthOf(rig.LogOf(silo.Name)), "/metrics"))));
        return new IngestPlaces(Sum(texts, "here"), Sum(texts, "elsewhere"));
    }

    /// <summary>Of its latest life.</summary>
    private static Uri HealthOf(string log)
    {
        var line = log[(log.LastIndexOf(Health, StringComparison.Ordinal) + Health.Length)..];
        return new Uri(line[..line.IndexOf('\n')].Trim());
    }

    private static long Sum(string[] texts, string place) => texts
        .SelectMany(static text => text.Split('\n'))
        .Where(line => line.StartsWith($"streamforge_ingest_calls_total{{place=\"{place}\"}} ", StringComparison.Ordinal))
        .Sum(static line => long.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
}
