// One photo, large, with all that is known of it. It is a part of the address, so Back closes it and it can be shared.

import { photoAddress } from './address.js';
import { asker, onRefresh } from './ask.js';
import { routedDialog } from './dialogs.js';
import { $, createRow, createSvg, keyed, setCount, setText } from './elements.js';
import { count, percent, percentRange, plural } from './format.js';
import { latest } from './live.js';
import { createPhoto, idOf, nameOf } from './photos.js';
import { go, route } from './route.js';
import { begun } from './timeline.js';
import { periodOf, viewParameters } from './windows.js';
import { formatTime } from './zone.js';

const picture = createPhoto();
const ask = asker();
const [width, height] = [600, 100];

$('photo-picture').append(picture.element);

async function refresh() {
  const id = route().photo;
  if (id !== null) {
    const { breed: _, ...parameters } = viewParameters();
    const photo = await ask(`photos/${encodeURIComponent(id)}`, parameters);
    if (photo !== undefined) {
      show(photo, id);
    }
  }
}

function show(photo, id) {
  $('photo').dataset.known = photo !== null;
  picture.set(photo ?? { photoId: id, photoUrl: null });
  setText($('photo-name'), photo ? nameOf(photo) : id);
  setText($('photo-id'), photo ? idOf(photo) : latest()?.isRead === false ? 'Not found yet: the log is being read.' : `The log has no photo ${id}.`);
  if (!photo) {
    return;
  }
  const source = photoAddress(photo.photoUrl);
  $('photo-source').hidden = source === null;
  $('photo-source').href = source ?? '';
  $('photo-breed').hidden = !photo.breed;
  $('photo-breed').value = photo.breed ?? '';
  setText($('photo-breed'), `Only ${photo.breed}`);
  setText($('photo-period'), latest() ? periodOf(latest()) : '');
  setCount($('photo-views'), photo.views);
  setText($('photo-views-note'), `${count(photo.allViews)} in the whole log`);
  setCount($('photo-likes'), photo.likes);
  setText($('photo-likes-note'), `${count(photo.allLikes)} in the whole log`);
  setText($('photo-rate'), photo.views ? percent(photo.likeRate) : 'none');
  setText($('photo-rate-note'), photo.views ? `95% interval ${percentRange(photo.likeRateLow, photo.likeRateHigh)}` : '');
  setText($('photo-viewers'), (photo.viewersExact ? '' : '≈ ') + count(photo.viewers));
  setText($('photo-rank'), photo.rank === null ? 'none' : count(photo.rank));
  setText($('photo-rank-note'), `by views, of ${plural(photo.of, 'photo')}`);
  showHistory(photo.timeline);
}

function showHistory({ bucketSeconds, buckets: all }) {
  const format = bucketSeconds * all.length > 86_400 ? 'dayAndTime' : 'time';
  const buckets = begun(all, latest()?.since ?? null).map(bucket => ({ ...bucket, time: formatTime(Date.parse(bucket.start), format) }));
  drawViews(buckets);
  drawRanks(buckets);
  setText($('photo-first'), buckets[0]?.time ?? '');
  setText($('photo-last'), buckets.length ? formatTime(Date.parse(buckets.at(-1).start) + bucketSeconds * 1000, format) : '');
  showRows(buckets.filter(bucket => bucket.views + bucket.likes > 0).toReversed());
}

function drawViews(buckets) {
  const most = Math.max(1, ...buckets.map(bucket => Math.max(bucket.views, bucket.likes)));
  const step = width / buckets.length;
  $('photo-bars').replaceChildren();
  for (const name of ['views', 'likes']) {
    const path = buckets.map((bucket, i) => bucket[name] === 0 ? ''
      : `M${(i * step).toFixed(1)} ${height}v${(-bucket[name] / most * height).toFixed(1)}h${(step * .8).toFixed(1)}V${height}z`);
    createSvg('path', name, $('photo-bars')).setAttribute('d', path.join(''));
  }
  const peak = buckets.reduce((best, bucket) => bucket.views > (best?.views ?? 0) ? bucket : best, null);
  setText($('photo-bars-text'), peak ? `Most: ${plural(peak.views, 'view')} at ${peak.time}` : 'No views');
}

/** The first rank is at the top. Where nobody viewed the photo it has none, and the line is interrupted. */
function drawRanks(buckets) {
  const ranks = buckets.map(bucket => bucket.rank).filter(rank => rank !== null);
  const worst = Math.max(2, ...ranks);
  const step = width / buckets.length;
  const path = buckets.map(({ rank }, i) => rank === null ? ''
    : `${i > 0 && buckets[i - 1].rank !== null ? 'L' : 'M'}${((i + .5) * step).toFixed(1)} ${(6 + (rank - 1) / (worst - 1) * (height - 12)).toFixed(1)}h.1`);
  $('photo-ranks').replaceChildren();
  createSvg('path', 'rank', $('photo-ranks')).setAttribute('d', path.join(''));
  const best = buckets.find(bucket => bucket.rank === Math.min(...ranks));
  setText($('photo-ranks-text'), best ? `Best: ${count(best.rank)} at ${best.time}; worst: ${count(Math.max(...ranks))}` : 'No rank without views');
}

const showRows = keyed($('photo-rows'), bucket => bucket.start, () => {
  const { element, heading, cells } = createRow(['', '', '']);
  return { element, set: bucket => {
    setText(heading, bucket.time);
    [bucket.views, bucket.likes, bucket.rank ?? '–'].forEach((value, i) => setCount(cells[i], value));
  } };
});

const opened = routedDialog('photo', (id, isNew) => {
  if (isNew) {
    delete $('photo').dataset.known;
    picture.set({ photoId: id, photoUrl: null });
    setText($('photo-name'), id);
    setText($('photo-id'), 'Loading');
  }
  refresh();
});

document.addEventListener('click', event => {
  const link = event.target.closest('a[data-photo]');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    opened.open(link.dataset.photo);
  }
});
$('photo-breed').addEventListener('click', () => go({ photo: null, breed: $('photo-breed').value }));
onRefresh(refresh);
opened.arrive();
