using System.Text;
using CatFunctions.Core.Events;

namespace CatFunctions.Tests.Events;

public sealed class PlainEventTests
{
    [Fact]
    public void All_attributes_are_read()
    {
        PlainEvent.TryRead(TestEvents.Utf8(TestEvents.Json), out var plain).ShouldBeTrue();

        plain.Id.ToString().ShouldBe("20261122T073015000Z-17");
        plain.IsLike.ShouldBeFalse();
        Text(plain.Subject).ShouldBe("MTY3ODIyMQ");
        plain.Time.ShouldBe(new DateTimeOffset(2026, 11, 22, 7, 30, 12, 345, TimeSpan.Zero));
        plain.TickSize.ShouldBe(250);
        Text(plain.PhotoUrl).ShouldBe("https://cdn2.thecatapi.com/images/MTY3ODIyMQ.jpg");
        Text(plain.Breed).ShouldBe("Abyssinian");
        Text(plain.UserId).ShouldBe("user-1842");
    }

    [Fact]
    public void A_like_of_a_cat_without_a_breed_is_plain_too()
    {
        var json = TestEvents.Json
            .Replace("viewed", "liked", StringComparison.Ordinal)
            .Replace("\"breed\":\"Abyssinian\",", "", StringComparison.Ordinal);

        PlainEvent.TryRead(TestEvents.Utf8(json), out var plain).ShouldBeTrue();

        plain.IsLike.ShouldBeTrue();
        plain.Breed.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Other_valid_events_are_not_plain()
    {
        foreach (var json in new[]
        {
            " " + TestEvents.Json,
            TestEvents.Json.Replace("Abyssinian", "\\u0041byssinian", StringComparison.Ordinal),
            TestEvents.Json.Replace("/catfunctions/simulator", "/elsewhere", StringComparison.Ordinal),
            TestEvents.Json[..^1] + ",\"traceparent\":\"x\"}",
        })
        {
            CatEventValidator.Validate(TestEvents.Utf8(json)).ShouldBeNull();
            PlainEvent.TryRead(TestEvents.Utf8(json), out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void What_is_plain_is_valid_for_the_thorough_reader_too_whatever_bytes_are_changed()
    {
        var random = new Random(20261122);
        var sample = TestEvents.Utf8(TestEvents.Json);
        var plainOnes = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var mutated = (byte[])sample.Clone();
            for (var changes = random.Next(1, 3); changes > 0; changes--)
            {
                mutated[random.Next(mutated.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : sample[random.Next(sample.Length)]);
            }

            if (PlainEvent.TryRead(mutated, out _))
            {
                // A leading space makes it an event that is not plain.
                plainOnes++;
                CatEventValidator.Validate([(byte)' ', .. mutated]).ShouldBeNull(Encoding.UTF8.GetString(mutated));
            }
        }

        plainOnes.ShouldBeGreaterThan(10_000);
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
