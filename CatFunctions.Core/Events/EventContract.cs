namespace CatFunctions.Core.Events;

/// <summary>The names and fixed values of the event: a CloudEvent 1.0 in structured JSON mode.</summary>
internal static class EventContract
{
    public const string SpecVersion = "specversion";
    public const string Id = "id";
    public const string Source = "source";
    public const string Type = "type";
    public const string Subject = "subject";
    public const string Time = "time";
    public const string DataContentType = "datacontenttype";
    public const string TickSize = "ticksize";
    public const string Data = "data";
    public const string PhotoUrl = "photoUrl";
    public const string Breed = "breed";
    public const string UserId = "userId";

    public const string SpecVersionValue = "1.0";
    public const string SourceValue = "/catfunctions/simulator";
    public const string ViewedType = "catfunctions.photo.viewed";
    public const string LikedType = "catfunctions.photo.liked";
    public const string DataContentTypeValue = "application/json";

    /// <summary>
    /// The format of the scheduled time of a tick, in UTC, in <see cref="Id"/>: <c>TICK-INDEX</c>, with the event's
    /// place in the tick, from 0.
    /// </summary>
    public const string TickFormat = "yyyyMMdd'T'HHmmssfff'Z'";

    /// <summary>The format of <see cref="Time"/>, in UTC.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
}
