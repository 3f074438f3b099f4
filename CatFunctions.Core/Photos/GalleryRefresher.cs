using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Photos;

/// <summary>
/// Keeps the gallery fresh from a photo source. A refresh runs in the background: callers wait for it only while there is
/// nothing to show, so a source that hangs delays no tick. When the source fails, the gallery stays the same.
/// </summary>
/// <param name="logger">Logs one line when the source fails and one when it works again.</param>
/// <param name="standIn">The bundled sample, if it is shown until the first photos arrive.</param>
public sealed class GalleryRefresher(
    IPhotoSource source,
    IOptions<CatApiOptions> options,
    TimeProvider clock,
    ILogger<GalleryRefresher> logger,
    Gallery? standIn = null,
    PipelineMetrics? metrics = null) : IDisposable
{
    /// <summary>How long the first caller waits for the source before the stand-in is shown.</summary>
    internal static readonly TimeSpan FirstPhotosTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The pause after a failure, unless the source asks for a longer one.</summary>
    internal static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause that the source may ask for.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Outage _outage = new("Fetching photos", clock, logger);
    private readonly TimeSpan _interval = options.Value.RefreshInterval;
    private readonly Gallery _standIn = standIn ?? Gallery.Empty;
    private volatile Gallery _gallery = Gallery.Empty;
    private Task _refresh = Task.CompletedTask;
    private long _refreshed;
    private TimeSpan _pause;

    private Gallery Current => _gallery.Photos.IsEmpty ? _standIn : _gallery;

    /// <summary>The gallery of this moment. When it is due for a refresh, this starts one.</summary>
    /// <exception cref="PhotoSourceException">There are no photos, neither new nor old.</exception>
    public async Task<Gallery> GetAsync(CancellationToken cancellationToken)
    {
        var refresh = RefreshWhenDue();
        if (Current.Photos.IsEmpty)
        {
            await refresh.WaitAsync(cancellationToken);
        }
        else if (_gallery.Photos.IsEmpty && !_outage.IsOpen)
        {
            await WaitForFirstPhotosAsync(refresh, cancellationToken);
        }

        return Current;
    }

    /// <summary>Cancels a running refresh.</summary>
    public void Dispose()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    private Task RefreshWhenDue()
    {
        lock (_lock)
        {
            if (_refresh.IsCompleted && clock.GetElapsedTime(_refreshed) >= _pause)
            {
                _refresh = RefreshAsync(_stop.Token);
            }

            return _refresh;
        }
    }

    private async Task RefreshAsync(CancellationToken stop)
    {
        try
        {
            var photos = await source.GetPhotosAsync(stop);
            _gallery = _gallery.Add(photos, clock.GetUtcNow());
            metrics?.CountPhotos(photos.Count);
            _pause = _interval;
            _outage.End();
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            var nothingToShow = Current.Photos.IsEmpty;
            _pause = PauseAfter(exception, atLeast: nothingToShow ? TimeSpan.Zero : FailurePause);
            if (nothingToShow)
            {
                throw;
            }

            BeginOutage(exception.Message, unexpected: exception is PhotoSourceException ? null : exception);
        }
        finally
        {
            _refreshed = clock.GetTimestamp();
        }
    }

    private async Task WaitForFirstPhotosAsync(Task refresh, CancellationToken cancellationToken)
    {
        try
        {
            await refresh.WaitAsync(FirstPhotosTimeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            BeginOutage($"No photo has arrived within {FirstPhotosTimeout.TotalSeconds:0} s.");
        }
    }

    private void BeginOutage(string reason, Exception? unexpected = null)
    {
        var kept = _gallery.Photos.IsEmpty ? "the bundled sample" : "earlier photos";
        _outage.Begin($"{reason} Meanwhile the gallery shows {kept}.", unexpected);
    }

    private static TimeSpan PauseAfter(Exception failure, TimeSpan atLeast)
    {
        var asked = (failure as PhotoSourceException)?.RetryAfter ?? TimeSpan.Zero;
        return asked < atLeast ? atLeast : asked > LongestPause ? LongestPause : asked;
    }
}
