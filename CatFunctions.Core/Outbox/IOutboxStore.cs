using CatFunctions.Core.Events;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Outbox;

/// <summary>
/// Keeps the events of each tick as they were produced, a line each, until the log holds all of them. A tick is there as a
/// whole or not at all.
/// </summary>
public interface IOutboxStore
{
    /// <summary>Keeps the events of a tick. When it returns true, they are durable.</summary>
    /// <returns>False, and nothing was changed, if the tick is there already.</returns>
    /// <exception cref="EventLog.EventLogException">The storage cannot be written to.</exception>
    Task<bool> TryAddAsync(DateTimeOffset tick, TickEvents events, CancellationToken cancellationToken);

    /// <summary>The ticks that are there, oldest first.</summary>
    /// <exception cref="EventLog.EventLogException">The storage cannot be read.</exception>
    Task<IReadOnlyList<DateTimeOffset>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Opens the events of a tick, the one with index i in line i; null if the tick is not there.</summary>
    /// <exception cref="EventLog.EventLogException">The storage cannot be read.</exception>
    Task<Stream?> OpenAsync(DateTimeOffset tick, CancellationToken cancellationToken);

    /// <summary>Removes a tick, if it is there.</summary>
    /// <exception cref="EventLog.EventLogException">The storage cannot be written to.</exception>
    Task RemoveAsync(DateTimeOffset tick, CancellationToken cancellationToken);
}

/// <summary>Where a tick is in an outbox: <c>outbox/20261122T073015000Z.jsonl</c>.</summary>
internal static class OutboxName
{
    public const string Folder = "outbox";

    private const string Extension = ".jsonl";

    /// <summary>The name in the folder.</summary>
    public static string Of(DateTimeOffset tick) => Tick.NameOf(tick) + Extension;

    /// <summary>The tick; null if the name is not one of a tick.</summary>
    public static DateTimeOffset? TryParse(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal)
        && EventTime.TryParseTick(System.Text.Encoding.UTF8.GetBytes(name[..^Extension.Length]), out var tick)
            ? tick
            : null;
}
