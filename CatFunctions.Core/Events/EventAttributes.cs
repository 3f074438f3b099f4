namespace CatFunctions.Core.Events;

/// <summary>The top-level members of an event that mean something to the pipeline.</summary>
[Flags]
internal enum EventAttributes
{
    None = 0,
    SpecVersion = 1 << 0,
    Id = 1 << 1,
    Source = 1 << 2,
    Type = 1 << 3,
    Subject = 1 << 4,
    Time = 1 << 5,
    DataContentType = 1 << 6,
    TickSize = 1 << 7,
    Data = 1 << 8,
    KafkaPartition = 1 << 9,
    KafkaOffset = 1 << 10,
    Required = SpecVersion | Id | Source | Type | Subject | Time | TickSize | Data,
}
