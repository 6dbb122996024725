using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>What the engine has to say, as opposed to the grain.</summary>
    public class OrleansException : Exception
    {
        public OrleansException()
        {
        }

        public OrleansException(string message)
            : base(message)
        {
        }

        public OrleansException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The call was not taken; whether the grain saw it is unknown.</summary>
    public class OrleansMessageRejectionException : OrleansException
    {
        public OrleansMessageRejectionException(string message)
            : base(message)
        {
        }

        public OrleansMessageRejectionException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The node that hosts the grain is gone or going.</summary>
    public sealed class SiloUnavailableException(string message) : OrleansMessageRejectionException(message);
}

namespace Orleans.Storage
{
    /// <summary>
    /// A conditional write met another ETag than expected: somebody else wrote. Thrown out of a call, it ends the activation, so
    /// that the next call reads the state anew.
    /// </summary>
    public class InconsistentStateException : OrleansException
    {
        public InconsistentStateException()
        {
        }

        public InconsistentStateException(string message)
            : base(message)
        {
        }

        public InconsistentStateException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }

        public InconsistentStateException(
            string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException = null)
            : base(errorMsg, storageException)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        /// <summary>What storage holds.</summary>
        public string? StoredEtag { get; }

        /// <summary>What the activation thought it held.</summary>
        public string? CurrentEtag { get; }

        /// <summary>Still within the activation whose memory is out of date; callers further up keep theirs.</summary>
        internal bool IsSourceActivation { get; set; } = true;
    }
}

namespace Orleans.Serialization
{
    /// <summary>A value of a type that may not travel: it lacks <see cref="GenerateSerializerAttribute"/>.</summary>
    public class CodecNotFoundException(string message) : OrleansException(message);
}
