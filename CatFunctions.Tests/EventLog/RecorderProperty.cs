using CatFunctions.Core.EventLog.DeadLetters;
using FsCheck;
using FsCheck.Fluent;

namespace CatFunctions.Tests.EventLog;

/// <summary>After any sequence of deliveries the log holds what was delivered, once and in order.</summary>
internal static class RecorderProperty
{
    /// <summary>Checks it for some generated sequences, each with a log of its own.</summary>
    public static void Check(int runs, Func<TestLog> newLog)
    {
        var steps = Arb.ToArbitrary(
            Gen.Choose(0, int.MaxValue - 1).ArrayOf(40),
            whole => Enumerable.Range(0, whole.Length).Select(i => whole.Where((_, index) => index != i).ToArray()));
        Prop.ForAll(steps, numbers => RunAsync(numbers, newLog).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(new Replay(new Rnd(20261122), null)));
    }

    private static async Task RunAsync(int[] steps, Func<TestLog> newLog)
    {
        using var log = newLog();
        using var model = new DeliveryModel(log.Store);
        foreach (var step in steps)
        {
            await model.StepAsync(step);
        }

        for (var partition = 0; partition < 2; partition++)
        {
            var delivered = model.Delivered.Where(record => record.Partition == partition).ToLookup(IsEvent);
            ShouldHold(log, LogKind.Events, partition, delivered[true], new EventLine());
            ShouldHold(log, LogKind.DeadLetters, partition, delivered[false], new DeadLetterLine());
        }
    }

    private static bool IsEvent(ConsumedRecord record) => CatEvent.TryRead(record.Value!.Value.Span, out _, out _);

    private static void ShouldHold(TestLog log, LogKind name, int partition, IEnumerable<ConsumedRecord> records, ILineFormat format)
    {
        log.Lines(name, partition).ShouldBe(records.Select(LineOf));

        string LineOf(ConsumedRecord record)
        {
            var line = new System.Buffers.ArrayBufferWriter<byte>();
            CatEvent.TryRead(record.Value!.Value.Span, out _, out var reason);
            format.Write(line, new LogEntry(record, reason));
            return Encoding.UTF8.GetString(line.WrittenSpan).TrimEnd('\n');
        }
    }
}
