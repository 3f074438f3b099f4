using System.Threading.Channels;

namespace CatFunctions.Tests.Photos;

/// <summary>A photo source whose answers are given by hand, one for each time it is asked.</summary>
internal sealed class ScriptedSource : IPhotoSource
{
    private readonly Channel<Func<IReadOnlyList<CatPhoto>>> _answers =
        Channel.CreateUnbounded<Func<IReadOnlyList<CatPhoto>>>(new() { AllowSynchronousContinuations = true });

    private int _asked;

    public int Asked => _asked;

    public void Give(params string[] ids) => _answers.Writer.TryWrite(
        () => [.. ids.Select(id => new CatPhoto(id, $"https://cats.example/{id}.jpg"))]);

    public void Fail(string message = "It is down.", TimeSpan? retryAfter = null) =>
        Throw(new PhotoSourceException(message) { RetryAfter = retryAfter });

    public void Throw(Exception e) => _answers.Writer.TryWrite(() => throw e);

    public async Task<IReadOnlyList<CatPhoto>> GetPhotosAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return (await _answers.Reader.ReadAsync(cancellationToken))();
    }
}
