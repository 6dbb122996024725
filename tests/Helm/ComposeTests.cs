using System.Text.Json.Nodes;
using StreamForge.Tests.Helm.Charts;
using StreamForge.Tests.Helm.Outside;

namespace StreamForge.Tests.Helm;

/// <summary>compose.yaml: what it refers to is there, its processes are locked down, and no secret has a default.</summary>
public sealed class ComposeTests
{
    private static readonly JsonObject _file = Yaml.One(Repository.File("compose.yaml")).AsObject();

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Services => _file["services"]!.AsObject();

    [Fact]
    public void The_schema_of_compose_files_has_no_complaint() => Assert.Empty(Judge.Of("compose", [Unnamed(_file)]));

    [Fact]
    public void What_it_mounts_builds_and_waits_for_is_there()
    {
        var volumes = _file["volumes"]!.AsObject().Select(volume => volume.Key).ToHashSet();
        Assert.All(Services, service =>
        {
            foreach (var volume in service.Value!["volumes"]?.AsArray().Select(volume => ((string)volume!).Split(':')[0]) ?? [])
                Assert.True(volume.StartsWith("./", StringComparison.Ordinal) ? Directory.Exists(Repository.Path(volume)) : volumes.Contains(volume), volume);
            if (service.Value["build"] is { } build)
                Assert.True(File.Exists(Repository.Path((string)build["dockerfile"]!)));
            var awaited = service.Value["depends_on"] switch
            {
                JsonArray list => list.Select(name => (string)name!),
                JsonObject map => map.Select(pair => pair.Key),
                _ => [],
            };
            Assert.All(awaited, name => Assert.Contains(name, Services.Select(other => other.Key)));
        });
    }

    [Fact]
    public void Our_processes_are_locked_down() => Assert.All(
        Services.Where(service => ((string)service.Value!["image"]!).StartsWith("streamforge/", StringComparison.Ordinal)),
        service =>
        {
            Assert.True((bool)service.Value!["read_only"]!);
            Assert.Equal("1654:1654", (string)service.Value["user"]!);
            Assert.Equal("ALL", (string)Assert.Single(service.Value["cap_drop"]!.AsArray())!);
        });

    [Fact]
    public void Secrets_are_asked_for_and_ports_are_of_this_machine_only()
    {
        var text = Repository.File("compose.yaml");
        foreach (var name in new[] { "POSTGRES_PASSWORD", "ACCESS_KEY", "GRAFANA_PASSWORD" })
        {
            Assert.Contains($"${{{name}:?", text, StringComparison.Ordinal);
            Assert.Contains($"\n{name}=\n", Repository.File("compose", "env.example"), StringComparison.Ordinal);
        }
        Assert.All(Services.SelectMany(service => service.Value!["ports"]?.AsArray() ?? []), port =>
            Assert.StartsWith("127.0.0.1:", (string)port!, StringComparison.Ordinal));
    }

    [Fact]
    public void Brokers_are_three_that_know_each_other()
    {
        var brokers = Services.Where(service => service.Key.StartsWith("kafka-", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, brokers.Length);
        Assert.All(brokers, broker =>
        {
            var settings = broker.Value!["environment"]!;
            Assert.Equal($"PLAINTEXT://{broker.Key}:9092", (string)settings["KAFKA_ADVERTISED_LISTENERS"]!);
            Assert.Contains($"{settings["KAFKA_NODE_ID"]}@{broker.Key}:9093", (string)settings["KAFKA_CONTROLLER_QUORUM_VOTERS"]!, StringComparison.Ordinal);
        });
    }

    /// <summary>The project's name is newer than the schema that is to be had.</summary>
    private static JsonNode Unnamed(JsonObject file)
    {
        var copy = file.DeepClone().AsObject();
        Assert.True(copy.Remove("name"));
        return copy;
    }

    [Fact]
    public void Prometheus_scrapes_every_process_under_the_name_that_rules_know()
    {
        var config = Yaml.One(Repository.File("compose", "prometheus", "prometheus.yml"));
        Assert.All(config["scrape_configs"]!.AsArray(), job =>
        {
            var name = (string)job!["dns_sd_configs"]![0]!["names"]![0]!;
            Assert.Equal("streamforge-" + name, (string)job["job_name"]!);
            var port = (int)job["dns_sd_configs"]![0]!["port"]!;
            var environment = _file["services"]![name]!["environment"]!.AsObject().Select(pair => (string?)pair.Value);
            Assert.Contains($"http://0.0.0.0:{port}", environment);
        });
        var wanted = Yaml.One(Repository.File("compose", "prometheus", "wanted.yml"))["groups"]![0]!["rules"]!.AsArray();
        Assert.Equal(Rules.Recorded, wanted.Select(rule => (string)rule!["record"]!));
        Assert.Equal($"vector({_file["services"]!["silo"]!["deploy"]!["replicas"]})", (string)wanted[0]!["expr"]!);
    }
}
