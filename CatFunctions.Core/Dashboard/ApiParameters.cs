using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.Events;
using Microsoft.AspNetCore.Http;

namespace CatFunctions.Core.Dashboard;

/// <summary>Reads the parameters of a request and gathers what is wrong with them. An error names the value and what is allowed.</summary>
internal sealed class ApiParameters
{
    // The function app's key, and its name.
    private static readonly ImmutableArray<string> OfTheHost = ["code", "clientId"];

    private readonly IQueryCollection _query;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, string[]> _errors = [];

    /// <param name="now">The current time.</param>
    /// <param name="allowed">The names of the parameters.</param>
    public ApiParameters(HttpRequest request, DateTimeOffset now, params ImmutableArray<string> allowed)
    {
        (_query, _now) = (request.Query, now);
        foreach (var name in _query.Keys.Where(name => !allowed.Contains(name) && !OfTheHost.Contains(name)))
        {
            _errors[name] = [$"'{name}' is not a parameter; these are: {string.Join(", ", allowed)}."];
        }
    }

    /// <summary>A problem that names all errors; null if there are none.</summary>
    public IResult? Problem => _errors.Count == 0 ? null : TypedResults.ValidationProblem(
        _errors,
        title: "A parameter is wrong.",
        detail: string.Join(' ', _errors.Select(error => $"{error.Key}: {error.Value[0]}")));

    /// <summary>A text; null if it is not given.</summary>
    public string? Text(string name) => _query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A text of the length that events allow; null if it is not given.</summary>
    public string? ShortText(string name)
    {
        var text = Text(name);
        if (text is not null && (text.Length == 0 || Encoding.UTF8.GetByteCount(text) > EventContract.MaxTextBytes))
        {
            _errors[name] = [$"'{(text.Length > 32 ? text[..32] + "…" : text)}' is not a text of 1 to {EventContract.MaxTextBytes} bytes."];
        }

        return text;
    }

    /// <summary>A whole number.</summary>
    public int Number(string name, int fallback, int least, int most)
    {
        var number = fallback;
        if (Text(name) is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < least || number > most))
        {
            _errors[name] = [$"'{text}' is not a whole number from {least} to {most}."];
        }

        return number;
    }

    /// <summary>The index of one of some names; 0 if it is not given.</summary>
    public int Choice(string name, ImmutableArray<string> names)
    {
        var text = Text(name) ?? names[0];
        var index = names.IndexOf(text);
        if (index < 0)
        {
            _errors[name] = [$"'{text}' is not one of {string.Join(", ", names)}."];
        }

        return index;
    }

    /// <summary>The window or the range, and the breed.</summary>
    /// <param name="mustBeRange">Whether only <c>from</c> and <c>to</c> will do.</param>
    public AnalyticsQuery Query(bool mustBeRange = false)
    {
        var breed = ShortText("breed");
        if (Text("from") is null && Text("to") is null && !mustBeRange)
        {
            var name = Text("window") ?? AnalyticsWindow.Hour.NameOf();
            if (!AnalyticsWindows.TryParse(name, out var window))
            {
                _errors["window"] = [$"'{name}' is not one of {string.Join(", ", AnalyticsWindows.Names)}."];
            }

            return new AnalyticsQuery(window) { Breed = breed };
        }

        if (Text("window") is { } both)
        {
            _errors["window"] = [$"'{both}' cannot be combined with from and to."];
        }

        var (from, to) = (Time("from"), Time("to"));
        var query = new AnalyticsQuery(null) { From = from, To = to, Breed = breed };
        if (_errors.ContainsKey("from") || _errors.ContainsKey("to"))
        {
            return query;
        }

        if (from > _now)
        {
            _errors["from"] = [$"'{Text("from")}' is later than now."];
        }
        else if (to <= from)
        {
            _errors["to"] = [$"'{Text("to")}' is not later than from."];
        }
        else if (to - from > AnalyticsQuery.MaxLength)
        {
            _errors["to"] = [$"'{Text("to")}' is more than {AnalyticsQuery.MaxLength.TotalHours} hours later than from."];
        }

        return query;
    }

    private DateTimeOffset Time(string name)
    {
        // A plus sign in an address is a space.
        if (Text(name) is { } text && EventTime.TryParse(Encoding.UTF8.GetBytes(text.Replace(' ', '+')), out var time))
        {
            return time;
        }

        _errors[name] = [$"'{Text(name)}' is not an RFC 3339 time, such as 2026-11-22T07:30:00Z."];
        return default;
    }
}
