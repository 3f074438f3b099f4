using CloudNative.CloudEvents;

namespace CatFunctions.Tests.Events;

public sealed class CatEventTests
{
    [Fact]
    public void The_event_of_the_contract_is_valid() => Reason(TestEvents.Json).ShouldBeNull();

    [Fact]
    public void A_like_is_valid() =>
        Reason(TestEvents.With("type", "catfunctions.photo.liked")).ShouldBeNull();

    [Theory]
    [InlineData("breed")]
    [InlineData("color")]
    public void What_is_optional_in_the_data_may_be_missing(string name) =>
        Reason(TestEvents.WithoutData(name)).ShouldBeNull();

    [Fact]
    public void The_content_type_may_be_missing() =>
        Reason(TestEvents.Without("datacontenttype")).ShouldBeNull();

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=\"UTF-8\";x=y")]
    [InlineData("Application/JSON \t; v=1")]
    [InlineData("application/cloud.cats+json")]
    [InlineData("text/json")]
    public void The_content_type_is_any_media_type_of_JSON(string mediaType) =>
        Reason(TestEvents.With("datacontenttype", mediaType)).ShouldBeNull();

    [Theory]
    [InlineData("datacontenttype", null)]
    [InlineData("traceparent", null)]
    [InlineData("specversion", "specversion: is missing")]
    [InlineData("id", "id: is missing")]
    [InlineData("source", "source: is missing")]
    [InlineData("type", "type: is missing")]
    [InlineData("subject", "subject: is missing")]
    [InlineData("time", "time: is missing")]
    [InlineData("ticksize", "ticksize: is missing")]
    [InlineData("data", "data: is missing")]
    [InlineData("kafkapartition", "kafkapartition: is reserved for the log")]
    [InlineData("kafkaoffset", "kafkaoffset: is reserved for the log")]
    public void An_attribute_that_is_null_counts_as_unset_but_a_reserved_one_would_be_in_the_line_twice(string attribute, string? reason) =>
        Reason(TestEvents.With(attribute, null)).ShouldBe(reason);

    [Theory]
    [InlineData("breed", null)]
    [InlineData("color", null)]
    [InlineData("photoUrl", "data.photoUrl: is missing")]
    [InlineData("userId", "data.userId: is missing")]
    public void Data_that_is_null_counts_as_unset(string name, string? reason) =>
        Reason(TestEvents.WithData(name, null)).ShouldBe(reason);

    [Fact]
    public void A_breed_that_is_null_is_not_known()
    {
        CatEvent.TryRead(TestEvents.WithData("breed", null), out var read, out _).ShouldBeTrue();

        read.Breed.IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("\uFEFF", null)]
    [InlineData("\uFEFF \n", null)]
    [InlineData("\uFEFF\uFEFF", "the value is not JSON")]
    [InlineData(" \uFEFF", "the value is not JSON")]
    public void One_byte_order_mark_in_front_is_ignored(string front, string? reason)
    {
        var refused = Reason(front + TestEvents.Json);

        (refused?.Split(':')[0]).ShouldBe(reason);
    }

    [Theory]
    [InlineData("2026-11-22t07:30:12.345z", "2026-11-22T07:30:12.3450000")]
    [InlineData("2026-11-22T07:30:12Z", "2026-11-22T07:30:12.0000000")]
    [InlineData("2026-11-22T07:30:12.3Z", "2026-11-22T07:30:12.3000000")]
    [InlineData("2026-11-22T07:30:12.345678901234567890Z", "2026-11-22T07:30:12.3456789")]
    [InlineData("2026-11-22T09:30:12.345+02:00", "2026-11-22T07:30:12.3450000")]
    [InlineData("2026-11-21T07:31:12-23:59", "2026-11-22T07:30:12.0000000")]
    [InlineData("2026-11-22T07:30:12-00:00", "2026-11-22T07:30:12.0000000")]
    [InlineData("2024-02-29T00:00:00+00:00", "2024-02-29T00:00:00.0000000")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.0000000")]
    [InlineData("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5000000")]
    [InlineData("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.0000000")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999")]
    public void A_time_is_read_in_any_form_of_RFC_3339(string time, string expected)
    {
        CatEvent.TryRead(TestEvents.With("time", time), out var read, out var reason).ShouldBeTrue(reason);

        read.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture).ShouldBe(expected);
        read.Time.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_time_is_read_as_another_reader_of_RFC_3339_reads_it()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 10_000; i++)
        {
            var instant = new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero);
            var offset = TimeSpan.FromMinutes(instant.Year is > 1 and < 9999 ? random.Next(-14 * 60, (14 * 60) + 1) : 0);
            var text = instant.ToOffset(offset).ToString("yyyy-MM-ddTHH:mm:ss" + (random.Next(2) == 0 ? ".FFFFFFF" : "") + "zzz", CultureInfo.InvariantCulture);

            EventTime.TryParse(TestEvents.Utf8(text), out var time).ShouldBeTrue(text);

            time.ShouldBe(CloudEventAttributeType.Timestamp.Parse(text), text);
        }
    }

    [Theory]
    [InlineData("subject", 256)]
    [InlineData("data.breed", 256)]
    [InlineData("data.userId", 256)]
    [InlineData("data.photoUrl", 2_048)]
    public void A_text_is_at_most_as_long_as_its_limit_in_UTF_8_however_it_is_written(string name, int limit)
    {
        foreach (var text in new[] { new string('x', limit), new string('é', limit / 2), string.Concat(Enumerable.Repeat("\\u0041", limit)) })
        {
            foreach (var space in new[] { "", " " })
            {
                Reason(space + With(text)).ShouldBeNull();
                Reason(space + With(text + "xy")).ShouldBe($"{name}: is {limit + 2} bytes long in UTF-8; at most {limit} are allowed");
            }
        }

        string With(string text)
        {
            var member = $"\"{name.Split('.')[^1]}\":\"";
            var start = TestEvents.Json.IndexOf(member, StringComparison.Ordinal) + member.Length;
            return TestEvents.Json[..start] + text + TestEvents.Json[TestEvents.Json.IndexOf('"', start)..];
        }
    }

    [Fact]
    public void Unknown_attributes_of_any_type_are_allowed()
    {
        foreach (var value in new[] { "1", "\"x\"", "null", "true", "[1,[2]]", """{"a":{"b":[]}}""" })
        {
            Reason(TestEvents.With("traceparent", JsonNode.Parse(value))).ShouldBeNull();
        }
    }

    [Fact]
    public void White_space_and_line_breaks_between_tokens_are_allowed() =>
        Reason("\r\n" + JsonNode.Parse(TestEvents.Json)!.ToJsonString(new() { WriteIndented = true }) + "\n ").ShouldBeNull();

    [Fact]
    public void Escapes_in_names_and_values_mean_what_they_stand_for() =>
        Reason(TestEvents.Json
            .Replace("\"type\"", "\"t\\u0079pe\"", StringComparison.Ordinal)
            .Replace("photo.viewed", "photo\\u002eviewed", StringComparison.Ordinal)).ShouldBeNull();

    [Theory]
    [InlineData("", "the value is empty")]
    [InlineData("   ", "the value is not JSON")]
    [InlineData("not json", "the value is not JSON")]
    [InlineData("3, 57", "the value is not JSON")]
    [InlineData("[]", "the value is not a JSON object")]
    [InlineData("null", "the value is not a JSON object")]
    [InlineData("{}", "specversion: is missing")]
    [InlineData("{\"id\":1} x", "the value is not JSON")]
    [InlineData("{\"id\":1", "the value is not JSON")]
    public void What_is_not_an_event_at_all_is_refused(string value, string reason) =>
        Reason(value).ShouldNotBeNull().ShouldStartWith(reason);

    [Fact]
    public void Two_events_in_one_value_are_refused() =>
        Reason(TestEvents.Json + TestEvents.Json).ShouldNotBeNull().ShouldStartWith("the value is not JSON");

    [Fact]
    public void A_value_that_is_cut_anywhere_is_refused()
    {
        var whole = TestEvents.Utf8(TestEvents.Json);
        for (var length = 0; length < whole.Length; length++)
        {
            Reason(whole.AsSpan(0, length)).ShouldNotBeNull();
        }
    }

    [Fact]
    public void A_value_that_is_not_UTF_8_is_refused()
    {
        var value = TestEvents.Utf8(TestEvents.Json);
        value[^10] = 0xFF;

        Reason(value).ShouldBe("the value is not UTF-8");
    }

    [Theory]
    [InlineData("\\ud83d")]
    [InlineData("\\ude00")]
    [InlineData("\\ude00\\ud83d")]
    [InlineData("\\ud83dx")]
    [InlineData("\\ud83d\\n")]
    public void Half_of_a_surrogate_pair_is_refused(string text) =>
        Reason(TestEvents.Json.Replace("Abyssinian", text, StringComparison.Ordinal))
            .ShouldBe("a string holds half of a surrogate pair");

    [Theory]
    [InlineData("1.0")]
    [InlineData("breed")]
    [InlineData("subject")]
    public void Half_of_a_surrogate_pair_is_refused_wherever_the_text_is_compared(string text) =>
        Reason(TestEvents.Json.Replace($"\"{text}\"", "\"\\udc00\"", StringComparison.Ordinal))
            .ShouldBe("a string holds half of a surrogate pair");

    [Theory]
    [InlineData("\\ud83d\\ude00")]
    [InlineData("\\\\ud83d")]
    [InlineData("\\\\\\\"\\u00e9")]
    public void Whole_surrogate_pairs_and_what_only_looks_like_an_escape_are_allowed(string text) =>
        Reason(TestEvents.Json.Replace("Abyssinian", text, StringComparison.Ordinal)).ShouldBeNull();

    [Theory]
    [InlineData("specversion")]
    [InlineData("id")]
    [InlineData("source")]
    [InlineData("type")]
    [InlineData("subject")]
    [InlineData("time")]
    [InlineData("ticksize")]
    [InlineData("data")]
    public void A_missing_attribute_is_named(string attribute) =>
        Reason(TestEvents.Without(attribute)).ShouldBe($"{attribute}: is missing");

    [Theory]
    [InlineData("photoUrl")]
    [InlineData("userId")]
    public void Missing_data_is_named(string name) =>
        Reason(TestEvents.WithoutData(name)).ShouldBe($"data.{name}: is missing");

    [Theory]
    [InlineData("specversion", "\"0.3\"")]
    [InlineData("specversion", "1.0")]
    [InlineData("id", "17")]
    [InlineData("id", "\"17\"")]
    [InlineData("id", "\"20261122T073015000Z-\"")]
    [InlineData("id", "\"20261122T073015000Z--1\"")]
    [InlineData("id", "\"20261122T073015000Z-+1\"")]
    [InlineData("id", "\"20261122T073015000Z-01\"")]
    [InlineData("id", "\"20261122T073015000Z-1e2\"")]
    [InlineData("id", "\"20261122T073015000Z-99999999999\"")]
    [InlineData("id", "\"20261322T073015000Z-1\"")]
    [InlineData("id", "\"20260230T073015000Z-1\"")]
    [InlineData("id", "\"2026112 T073015000Z-1\"")]
    [InlineData("id", "\"20261122T073015000Z-250\"")]
    [InlineData("source", "\"\"")]
    [InlineData("source", "{}")]
    [InlineData("type", "\"catfunctions.photo.purred\"")]
    [InlineData("type", "null")]
    [InlineData("subject", "\"\"")]
    [InlineData("subject", "[]")]
    [InlineData("time", "1700000000")]
    [InlineData("time", "\"2026-11-22\"")]
    [InlineData("time", "\"2026-11-22T07:30:12\"")]
    [InlineData("time", "\"2026-11-22T25:30:12Z\"")]
    [InlineData("time", "\"2026-11-22T24:00:00Z\"")]
    [InlineData("time", "\"2026-11-22T07:60:12Z\"")]
    [InlineData("time", "\"2026-11-22T07:30:61Z\"")]
    [InlineData("time", "\"2026-11-22T07:30:60Z\"")]
    [InlineData("time", "\"2026-11-22T23:59:60+02:00\"")]
    [InlineData("time", "\"9999-12-31T23:59:60Z\"")]
    [InlineData("time", "\"0000-01-01T00:00:00Z\"")]
    [InlineData("time", "\"0001-01-01T00:00:00+00:01\"")]
    [InlineData("time", "\"2026-02-29T00:00:00Z\"")]
    [InlineData("time", "\"2026-11-22 07:30:12Z\"")]
    [InlineData("time", "\"2026-11-22T07:30Z\"")]
    [InlineData("time", "\"2026-11-22T07:30:12.Z\"")]
    [InlineData("time", "\"2026-11-22T07:30:12,5Z\"")]
    [InlineData("time", "\"2026-11-22T07:30:12+2:00\"")]
    [InlineData("time", "\"2026-11-22T07:30:12+0200\"")]
    [InlineData("time", "\"2026-11-22T07:30:12+24:00\"")]
    [InlineData("time", "\"2026-11-22T07:30:12+02:00Z\"")]
    [InlineData("time", "\"2026-11-22T07:30:12.345\"")]
    [InlineData("time", "\"yesterday at ten o'clock\"")]
    [InlineData("datacontenttype", "\"text/plain\"")]
    [InlineData("datacontenttype", "1")]
    [InlineData("datacontenttype", "\"json\"")]
    [InlineData("datacontenttype", "\"text/html; x=application/json\"")]
    [InlineData("datacontenttype", "\"application/jsonp\"")]
    [InlineData("datacontenttype", "\"application/xjson\"")]
    [InlineData("ticksize", "\"250\"")]
    [InlineData("ticksize", "0")]
    [InlineData("ticksize", "-1")]
    [InlineData("ticksize", "2.5")]
    [InlineData("ticksize", "99999999999")]
    [InlineData("data", "\"text\"")]
    [InlineData("data", "[]")]
    [InlineData("kafkapartition", "0")]
    [InlineData("kafkaoffset", "null")]
    public void A_wrong_attribute_is_named(string attribute, string json) =>
        Reason(TestEvents.With(attribute, JsonNode.Parse(json))).ShouldNotBeNull().ShouldStartWith($"{attribute}: ");

    [Theory]
    [InlineData("photoUrl", "1")]
    [InlineData("photoUrl", "\"\"")]
    [InlineData("userId", "{\"photoUrl\":\"x\"}")]
    [InlineData("breed", "false")]
    public void Wrong_data_is_named(string name, string json) =>
        Reason(TestEvents.WithData(name, JsonNode.Parse(json))).ShouldNotBeNull().ShouldStartWith($"data.{name}: ");

    [Theory]
    [InlineData("id", "\"20261122T073015000Z-17\"")]
    [InlineData("data", "{}")]
    public void An_attribute_that_appears_twice_is_refused(string attribute, string json) =>
        Reason($"{TestEvents.Json[..^1]},\"{attribute}\":{json}}}").ShouldBe($"{attribute}: appears twice");

    [Theory]
    [InlineData("\"photoUrl\"", "\"photoUrl\":\"x\",\"photoUrl\"", "data.photoUrl: appears twice")]
    [InlineData("\"data\"", "\"x\":1,\"\\u0078\":null,\"data\"", "an unknown name appears twice")]
    [InlineData("\"photoUrl\"", "\"x\":1,\"x\":2,\"photoUrl\"", "an unknown name appears twice")]
    public void Any_name_that_appears_twice_is_refused(string name, string names, string reason) =>
        Reason(TestEvents.Json.Replace(name, names, StringComparison.Ordinal)).ShouldBe(reason);

    [Fact]
    public void A_reserved_attribute_does_not_hide_behind_escapes() =>
        Reason("{\"kafka\\u006fffset\":7," + TestEvents.Json[1..]).ShouldBe("kafkaoffset: is reserved for the log");

    [Fact]
    public void A_value_that_is_nested_too_deeply_is_refused() =>
        Reason($"{TestEvents.Json[..^1]},\"x\":{new string('[', 100)}{new string(']', 100)}}}")
            .ShouldNotBeNull().ShouldStartWith("the value is not JSON");

    [Fact]
    public void An_event_of_our_producer_is_read_without_an_allocation()
    {
        var value = TestEvents.Utf8(TestEvents.Json);
        CatEvent.TryRead(value, out _, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            CatEvent.TryRead(value, out _, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void All_fields_are_read(string space)
    {
        CatEvent.TryRead(TestEvents.Utf8(space + TestEvents.Json), out var read, out _).ShouldBeTrue();

        read.Id.ToString().ShouldBe("20261122T073015000Z-17");
        read.IsLike.ShouldBeFalse();
        Text(read.Subject).ShouldBe("MTY3ODIyMQ");
        read.Time.ShouldBe(new DateTimeOffset(2026, 11, 22, 7, 30, 12, 345, TimeSpan.Zero));
        read.TickSize.ShouldBe(250);
        Text(read.PhotoUrl).ShouldBe("https://cdn2.thecatapi.com/images/MTY3ODIyMQ.jpg");
        Text(read.Breed).ShouldBe("Abyssinian");
        Text(read.UserId).ShouldBe("user-1842");
    }

    [Fact]
    public void A_like_of_a_cat_without_a_breed_is_plain_too()
    {
        var json = TestEvents.Json
            .Replace("viewed", "liked", StringComparison.Ordinal)
            .Replace("\"breed\":\"Abyssinian\",", "", StringComparison.Ordinal);

        CatEvent.TryReadPlain(TestEvents.Utf8(json[1..]), out var read).ShouldBeTrue();

        read.IsLike.ShouldBeTrue();
        read.Breed.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Other_valid_events_are_not_plain()
    {
        foreach (var json in new[]
        {
            TestEvents.Json + " ",
            TestEvents.Json.Replace("Abyssinian", "\\u0041byssinian", StringComparison.Ordinal),
            TestEvents.Json.Replace("/catfunctions/simulator", "/elsewhere", StringComparison.Ordinal),
            TestEvents.Json[..^1] + ",\"traceparent\":\"x\"}",
        })
        {
            Reason(json).ShouldBeNull();
            CatEvent.TryReadPlain(TestEvents.Utf8(json[1..]), out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void What_is_plain_is_the_same_event_to_the_thorough_reader_whatever_bytes_are_changed()
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

            if (mutated[0] == '{' && CatEvent.TryReadPlain(mutated.AsSpan(1), out var plain))
            {
                plainOnes++;
                CatEventReader.TryRead(mutated, hasPosition: false, out var thorough, out var reason).ShouldBeTrue(reason);
                (plain.Id, plain.TickSize, plain.IsLike, plain.Time).ShouldBe((thorough.Id, thorough.TickSize, thorough.IsLike, thorough.Time));
                plain.Subject.SequenceEqual(thorough.Subject).ShouldBeTrue();
                plain.PhotoUrl.SequenceEqual(thorough.PhotoUrl).ShouldBeTrue();
                plain.Breed.SequenceEqual(thorough.Breed).ShouldBeTrue();
                plain.UserId.SequenceEqual(thorough.UserId).ShouldBeTrue();
            }
        }

        plainOnes.ShouldBeGreaterThan(10_000);
    }

    private static string? Reason(string value) => Reason(TestEvents.Utf8(value));

    private static string? Reason(ReadOnlySpan<byte> value)
    {
        CatEvent.TryRead(value, out _, out var reason);
        return reason;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
