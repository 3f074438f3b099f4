namespace CatFunctions.Core.Events;

/// <summary>One event, ready for Kafka.</summary>
/// <param name="Key">The record's key: the event's subject, so that the events of one photo keep their order.</param>
/// <param name="Value">The record's value: the event's JSON in UTF-8.</param>
public readonly record struct OutgoingEvent(string Key, ReadOnlyMemory<byte> Value);
