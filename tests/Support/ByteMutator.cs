namespace StreamForge.Tests.Support;

/// <summary>Damages bytes as disks, networks and bad programs do: flips, cuts, repetitions, and numbers that are still numbers.</summary>
public static class ByteMutator
{
    private static ReadOnlySpan<byte> Structural => "0123456789\"[]{},:.-e\\ "u8;

    /// <summary>A copy with one to three kinds of damage, most of the time in the first <paramref name="front"/> bytes where that is given.</summary>
    public static byte[] Mutate(ReadOnlySpan<byte> original, Random random, int front = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(random);
        var bytes = new List<byte>(original.Length);
        bytes.AddRange(original);
        for (var n = random.Next(1, 4); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(random.Next(4) > 0 ? Math.Min(front, bytes.Count) : bytes.Count);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 5:
                    bytes.Insert(at, Structural[random.Next(Structural.Length)]);
                    break;
                case 6:
                    // Lengths and counts at the ends of their ranges.
                    bytes[at] = (byte)(random.Next(2) == 0 ? 0xFF : 0x7F);
                    break;
                default:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }
        }

        return [.. bytes];
    }
}
