using System.Text;
using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Streaming;

public sealed class Murmur2PartitionerTests
{
    /// <summary>The vectors of Kafka's own UtilsTest.testMurmur2.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Hashes_are_those_of_Kafka(string key, int expected) =>
        Assert.Equal(expected, Murmur2Partitioner.Hash(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void Partitions_are_the_positive_hash_modulo_their_count()
    {
        Assert.Equal((-973932308 & int.MaxValue) % 16, Murmur2Partitioner.PartitionOf("21"u8, 16));
        Assert.Equal(0, Murmur2Partitioner.PartitionOf("21"u8, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Murmur2Partitioner.PartitionOf("21"u8, 0));
    }
}
