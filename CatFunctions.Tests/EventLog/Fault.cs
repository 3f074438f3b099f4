namespace CatFunctions.Tests.EventLog;

/// <summary>What can happen to a call.</summary>
internal enum Fault
{
    None,
    ConnectionReset,
    ServerError,
    Busy,
    ErrorAfterwards,
    AnswerDropped,
    AnswerTooLate,
}
