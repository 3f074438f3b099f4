namespace CatFunctions.Local.Kafka;

/// <summary>
/// The events of this process that are in flight: accepted by the producer, but not yet in the log. With a byte limit,
/// the producer waits before the embedded broker would drop records.
/// </summary>
/// <remarks>
/// Bytes are tracked event by event, by partition and offset, so records that others produce to the same topic neither
/// use up the budget nor free any of it. Safe for concurrent use.
/// </remarks>
/// <param name="byteLimit">How many bytes may be in flight; null: no limit.</param>
internal sealed class InFlightBudget(long? byteLimit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Partition> _partitions = [];
    private TaskCompletionSource? _changed;
    private long _bytes;

    /// <summary>The bytes in flight; always 0 without a limit.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The offsets that the broker has confirmed and the log has not reached.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
            {
                return CountUnrecorded();
            }
        }
    }

    /// <summary>Waits until there is room for an event. One that exceeds the limit may go when nothing else is in flight.</summary>
    public async ValueTask ReserveAsync(int bytes, CancellationToken cancellationToken)
    {
        while (byteLimit is not null)
        {
            Task changed;
            lock (_lock)
            {
                if (_bytes is 0 || _bytes + bytes <= byteLimit)
                {
                    _bytes += bytes;
                    return;
                }

                changed = NextChange();
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The event could not be delivered and will not arrive.</summary>
    public void Release(int bytes)
    {
        lock (_lock)
        {
            Subtract(bytes);
            Announce();
        }
    }

    /// <summary>The broker has confirmed the events at these offsets.</summary>
    public void Confirm(int partition, params ReadOnlySpan<(long Offset, int Bytes)> events)
    {
        lock (_lock)
        {
            foreach (var (offset, bytes) in events)
            {
                var state = Find(partition, firstOffset: offset);
                state.NextConfirmed = Math.Max(state.NextConfirmed, offset + 1);

                // The reader can be faster than the broker's answer.
                if (offset < state.NextRecorded)
                {
                    Subtract(bytes);
                    Announce();
                }
                else if (byteLimit is not null)
                {
                    state.Unrecorded.Enqueue((offset, bytes));
                }
            }
        }
    }

    /// <summary>The log holds everything of the partition below this offset.</summary>
    public void Record(int partition, long nextOffset)
    {
        lock (_lock)
        {
            var state = Find(partition, firstOffset: nextOffset);
            state.NextRecorded = Math.Max(state.NextRecorded, nextOffset);
            while (state.Unrecorded.TryPeek(out var oldest) && oldest.Offset < nextOffset)
            {
                Subtract(oldest.Bytes);
                state.Unrecorded.Dequeue();
            }

            Announce();
        }
    }

    /// <summary>Waits until the log holds every event that the broker has confirmed.</summary>
    public async Task WaitUntilAllRecordedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (CountUnrecorded() is 0)
                {
                    return;
                }

                changed = NextChange();
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private Partition Find(int partition, long firstOffset)
    {
        if (!_partitions.TryGetValue(partition, out var state))
        {
            _partitions[partition] = state = new Partition { NextConfirmed = firstOffset, NextRecorded = firstOffset };
        }

        return state;
    }

    private long CountUnrecorded() =>
        _partitions.Values.Sum(state => Math.Max(0, state.NextConfirmed - state.NextRecorded));

    private void Subtract(int bytes) => _bytes = byteLimit is null ? 0 : _bytes - bytes;

    private Task NextChange() => (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Announce()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private sealed class Partition
    {
        /// <summary>The offset after the newest event that the broker has confirmed.</summary>
        public long NextConfirmed { get; set; }

        /// <summary>The offset that the log expects next.</summary>
        public long NextRecorded { get; set; }

        /// <summary>The confirmed events that are not recorded, oldest first.</summary>
        public Queue<(long Offset, int Bytes)> Unrecorded { get; } = [];
    }
}
