// A replay: the cats race through an hour of the log. The hour is a part of the address.

import { asker } from './ask.js';
import { momentOf } from './axis.js';
import { routedDialog } from './dialogs.js';
import { $, calm, create, keyed, setCount, setText } from './elements.js';
import { plural } from './format.js';
import { latest } from './live.js';
import { createName, createPhoto, nameOf } from './photos.js';
import { go, onRoute, route } from './route.js';
import { viewParameters } from './windows.js';
import { formatTime, offsetAt } from './zone.js';

const minute = 60_000;
const hour = 60 * minute;
const stepTime = 500;
const ask = asker();
let race = null;
let step = 0;
let timer = 0;

const iso = time => new Date(time).toISOString().replace('.000', '');
const lastStep = () => Math.max(0, ...(race?.photos ?? []).map(photo => photo.views.length)) - 1;

const firstView = () => Math.max(0, race.photos[0]?.views.length ? Math.min(...race.photos.map(photo => photo.views.findIndex(Boolean))) : 0);

/** What has been viewed up to a step; a step is read at its end. */
const standing = () => race.photos
  .map((photo, place) => ({ ...photo, place, count: step < 0 ? 0 : photo.views[step] ?? 0 }))
  .sort((a, b) => b.count - a.count || a.place - b.place);

const showRows = keyed($('race-rows'), photo => photo.photoId, () => {
  const picture = createPhoto();
  const name = createName();
  const [value, bar] = [create('span', 'value'), create('span', 'track', create('i', ''))];
  return { element: create('li', '', picture.element, name.element, value, bar), set: photo => {
    picture.set(photo);
    name.set(photo);
    setCount(value, photo.count);
    bar.firstChild.style.width = `${100 * photo.count / photo.most}%`;
  } };
});

function show() {
  const known = race?.photos.length > 0;
  $('race-none').hidden = race === null || known;
  ['race-rows', 'race-controls'].forEach(id => $(id).hidden = !known);
  if (!known) {
    return;
  }
  const photos = standing();
  const most = Math.max(1, ...race.photos.map(photo => photo.views.at(-1)));
  showRows(photos.map(photo => ({ ...photo, most })));
  const time = formatTime(Math.min(Date.parse(race.to), Date.parse(race.from) + (step + 1) * race.stepSeconds * 1000));
  setText($('race-clock'), time);
  $('race-place').max = lastStep();
  $('race-place').min = -1;
  $('race-place').value = step;
  $('race-place').setAttribute('aria-valuetext', time);
  if (timer === 0) {
    setText($('race-leader'), photos[0].count ? `${time}: ${nameOf(photos[0])} leads with ${plural(photos[0].count, 'view')}.` : `${time}: at the start.`);
  }
}

function stop() {
  clearTimeout(timer);
  timer = 0;
  setText($('race-play'), 'Play');
  show();
}

/** One step after the other; in calm, few large ones and nothing glides. */
function advance() {
  const size = calm.matches ? 5 : 1;
  timer = setTimeout(() => {
    step = Math.min(lastStep(), step + size);
    if (step >= lastStep()) {
      stop();
    } else {
      show();
      advance();
    }
  }, stepTime * size / Number($('race-speed').value));
}

function play() {
  if (step >= lastStep()) {
    step = firstView() - 1;
    show();
  }
  setText($('race-play'), 'Pause');
  advance();
}

async function load(from) {
  stop();
  const begin = Date.parse(from);
  if (Number.isNaN(begin)) {
    go({ race: null }, { isStep: false });
    return;
  }
  $('race-hour').value = new Date(begin + offsetAt(begin)).toISOString().slice(0, 16);
  setText($('race-hour-text'), `${formatTime(begin, 'dayAndTime')} – ${formatTime(begin + hour)}`);
  const { breed } = viewParameters();
  const now = Math.ceil(Date.parse(latest()?.generatedAt ?? iso(Date.now())) / minute) * minute;
  const end = begin < now ? Math.min(begin + hour, now) : begin + hour;
  const answer = await ask('race', { from: iso(begin), to: iso(end), top: 10, ...breed && { breed } });
  if (answer !== undefined && route().race === from) {
    race = answer ?? { photos: [] };
    // Before the first view there is nothing to see.
    step = firstView() - 1;
    show();
    if (race.photos.length && !calm.matches) {
      play();
    }
  }
}

const dialog = routedDialog('race', (from, isNew) => {
  if (isNew) {
    race = null;
  }
  load(from);
});

onRoute((now, before) => before.race !== null && now.race === null && stop());
$('replay').addEventListener('click', () => {
  const { from } = route();
  const end = Date.parse(latest()?.to ?? iso(Date.now()));
  dialog.open(from ?? iso(Math.floor((end - hour) / minute) * minute));
});
$('race-play').addEventListener('click', () => timer === 0 ? play() : stop());
$('race-place').addEventListener('input', () => {
  step = Number($('race-place').value);
  stop();
});
$('race-hour').addEventListener('change', () => {
  const moment = momentOf(Date.parse(`${$('race-hour').value}Z`));
  if (moment) {
    go({ race: iso(moment) }, { isStep: false });
  }
});
$('race').addEventListener('close', stop);
dialog.arrive();
