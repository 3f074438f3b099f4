namespace CatFunctions.Local.Kafka;

/// <summary>
/// The events of this process that are on their way: taken on by the producer, but not yet in the log. With a byte
/// limit it is the budget that makes the producer wait before the embedded broker would drop something.
/// </summary>
/// <remarks>
/// Bytes are followed event by event, by partition and offset, so records that others produce to the same topic
/// neither use up the budget nor free any of it. Safe for concurrent use.
/// </remarks>
/// <param name="byteLimit">How many bytes may be on their way; null: no limit.</param>
internal sealed class InFlightBudget(long? byteLimit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Partition> _partitions = [];
    private TaskCompletionSource? _changed;
    private long _bytes;

    /// <summary>The bytes on their way; always 0 without a limit.</summary>
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

    /// <summary>How many offsets, of those that the broker has confirmed, the log has not reached.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
            {
                return CountDelivered();
            }
        }
    }

    /// <summary>
    /// Waits until there is room for an event. One that is larger than the limit goes when nothing else is on its way.
    /// </summary>
    public async ValueTask TakeOnAsync(int bytes, CancellationToken cancellationToken)
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

    /// <summary>The event will never come: it could not be delivered.</summary>
    public void GiveUp(int bytes)
    {
        lock (_lock)
        {
            Release(bytes);
            Announce();
        }
    }

    /// <summary>The broker has confirmed the event at this offset.</summary>
    public void Deliver(int partition, long offset, int bytes)
    {
        lock (_lock)
        {
            var state = Find(partition, firstOffset: offset);
            state.Delivered = Math.Max(state.Delivered, offset + 1);
            if (byteLimit is null)
            {
                return;
            }

            // The reader can be faster than the broker's answer.
            if (offset < state.Recorded)
            {
                Release(bytes);
                Announce();
            }
            else
            {
                state.OnTheirWay.Enqueue((offset, bytes));
            }
        }
    }

    /// <summary>The log holds everything of the partition below this offset.</summary>
    public void Record(int partition, long nextOffset)
    {
        lock (_lock)
        {
            var state = Find(partition, firstOffset: nextOffset);
            state.Recorded = Math.Max(state.Recorded, nextOffset);
            while (state.OnTheirWay.TryPeek(out var oldest) && oldest.Offset < nextOffset)
            {
                Release(oldest.Bytes);
                state.OnTheirWay.Dequeue();
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
                if (CountDelivered() is 0)
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
            _partitions[partition] = state = new Partition { Delivered = firstOffset, Recorded = firstOffset };
        }

        return state;
    }

    private long CountDelivered()
    {
        var count = 0L;
        foreach (var state in _partitions.Values)
        {
            count += Math.Max(0, state.Delivered - state.Recorded);
        }

        return count;
    }

    private void Release(int bytes) => _bytes = byteLimit is null ? 0 : _bytes - bytes;

    private Task NextChange() => (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Announce()
    {
        _changed?.TrySetResult();
        _changed = null;
    }

    private sealed class Partition
    {
        /// <summary>The offset after the newest event that the broker has confirmed.</summary>
        public long Delivered { get; set; }

        /// <summary>The offset that the log expects next.</summary>
        public long Recorded { get; set; }

        /// <summary>The confirmed events that are not recorded, oldest first.</summary>
        public Queue<(long Offset, int Bytes)> OnTheirWay { get; } = [];
    }
}
