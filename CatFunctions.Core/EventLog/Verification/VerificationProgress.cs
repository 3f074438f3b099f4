namespace CatFunctions.Core.EventLog.Verification;

/// <summary>How far a check of the log is.</summary>
/// <param name="Lines">Lines read.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="TotalBytes">Bytes there were when the check began.</param>
public readonly record struct VerificationProgress(long Lines, long Bytes, long TotalBytes);
