using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog;

/// <summary>The log cannot be read or written; the message is one line that says why and what to do.</summary>
public class EventLogException(string message, Exception? innerException = null)
    : Exception(message, innerException);

/// <summary>A segment is not there any more: retention deletes old ones at any time, also under whoever reads them.</summary>
public sealed class SegmentDeletedException(SegmentName segment, Exception innerException)
    : EventLogException($"{segment} was deleted while it was read. Try again: what is left is read then.", innerException);

/// <summary>The log of a partition ends before records that it has confirmed. It is thrown once; from then on the log goes on from its new end.</summary>
/// <param name="offsets">What it held. Where even that is unknown, since the topic was created again meanwhile, all offsets up to the last.</param>
public sealed class LostRecordsException(LogKind log, OffsetRange offsets) : EventLogException(
    $"The log {log.FolderName} does not hold {offsets} any more, which it has held. "
    + "Something has deleted or replaced its newest file: find out what, and let the records be read again while Kafka has them.")
{
    /// <summary>What is lost.</summary>
    public OffsetRange Offsets { get; } = offsets;
}
