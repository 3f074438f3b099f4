// The live page. It asks for /api/analytics about once a second and puts the answer into the elements of index.html.
// Whatever came through Kafka or TheCatAPI is untrusted: it becomes a text node, or the address of an <img> after photoAddress.

const here = new URL(import.meta.url);
const key = here.searchParams.get('code');

const pollEvery = 1000;
const pollHiddenEvery = 30_000;
const giveUpAfter = 10_000;
const retryAtMost = 30_000;
const top = 10;
const breedRows = 8;
const fewBuckets = 15;
const windows = { '15m': 'last 15 minutes', '1h': 'last hour', '24h': 'last 24 hours', all: 'whole log' };

const svgNamespace = 'http://www.w3.org/2000/svg';
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const whole = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 2 });
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });

const $ = id => document.getElementById(id);

/** An address beside this script, with the function key that this script was loaded with. */
function address(path, parameters = {}) {
  const url = new URL(path, here.origin + here.pathname);
  for (const [name, value] of Object.entries(parameters)) {
    url.searchParams.set(name, value);
  }
  if (key !== null) {
    url.searchParams.set('code', key);
  }
  return url;
}

// ---------------------------------------------------------------- text

const setText = (element, text) => {
  if (element.textContent !== text) {
    element.textContent = text;
  }
};

const count = value => value < 10_000_000 ? whole.format(value) : compact.format(value);

const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

function duration(seconds) {
  if (seconds < 1) {
    return 'less than 1 s';
  }
  const units = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[at];
  const [smaller, smallerName] = units[at + 1] ?? [];
  const rest = smaller ? Math.floor(seconds % size / smaller) : 0;
  return `${Math.floor(seconds / size)} ${name}${rest ? ` ${rest} ${smallerName}` : ''}`;
}

/** Counts an element's number up or down to a new one. */
const moving = new WeakMap();
function setNumber(element, value, format) {
  const before = moving.get(element);
  if (before?.target === value) {
    return;
  }
  cancelAnimationFrame(before?.frame);
  const from = before?.shown ?? value;
  const state = { target: value, shown: from, frame: 0 };
  moving.set(element, state);
  if (from === value || calm.matches || document.hidden) {
    state.shown = value;
    setText(element, format(value));
    return;
  }
  const began = performance.now();
  const step = now => {
    const part = Math.min(1, Math.max(0, (now - began) / 600));
    state.shown = part === 1 ? value : from + (value - from) * (1 - (1 - part) ** 3);
    setText(element, format(state.shown));
    if (part < 1) {
      state.frame = requestAnimationFrame(step);
    }
  };
  state.frame = requestAnimationFrame(step);
}

// ---------------------------------------------------------------- elements

function create(name, className, ...children) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
}

function createSvg(name, className, parent) {
  const element = document.createElementNS(svgNamespace, name);
  element.setAttribute('class', className);
  parent?.append(element);
  return element;
}

function symbol(id) {
  const svg = createSvg('svg', '');
  svg.setAttribute('aria-hidden', 'true');
  createSvg('use', '', svg).setAttribute('href', `#${id}`);
  return svg;
}

const counts = () => {
  const views = create('span', 'views', symbol('eye'), create('span', ''));
  const likes = create('span', 'likes', symbol('heart'), create('span', ''));
  return { element: create('p', 'counts', views, likes), set: photo => {
    setText(views.lastChild, plural(photo.views, 'view'));
    setText(likes.lastChild, plural(photo.likes, 'like'));
  } };
};

/**
 * Keeps the children of a parent equal to a list: an element stays with its key, keeps its image and the
 * focus, and glides to its new place.
 */
function keyed(parent, keyOf, make) {
  const kept = new Map();
  return items => {
    const before = new Map();
    if (!calm.matches && !document.hidden) {
      for (const [name, { element }] of kept) {
        before.set(name, element.getBoundingClientRect());
      }
    }
    const wanted = new Map(items.map(item => [keyOf(item), item]));
    for (const [name, { element }] of kept) {
      if (!wanted.has(name)) {
        element.remove();
        kept.delete(name);
      }
    }
    let place = parent.firstElementChild;
    for (const [name, item] of wanted) {
      const part = kept.get(name) ?? make(item);
      kept.set(name, part);
      part.set(item);
      if (part.element === place) {
        place = place.nextElementSibling;
      } else {
        parent.insertBefore(part.element, place);
      }
    }
    for (const [name, from] of before) {
      const element = kept.get(name)?.element;
      const to = element?.getBoundingClientRect();
      if (to?.width && from.width && (to.left !== from.left || to.top !== from.top) && Math.abs(to.top - from.top) < 800) {
        element.animate(
          [{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: 'none' }],
          { duration: 420, easing: 'cubic-bezier(.2,.8,.2,1)' });
      }
    }
  };
}

// ---------------------------------------------------------------- photos

const unloadable = new Set();

/** The address to load a photo from; null for all but https and our own samples. */
function photoAddress(url) {
  const sample = /^sample:([a-z0-9][a-z0-9-]{0,63})$/.exec(url);
  if (sample) {
    return address(`samples/${sample[1]}`).href;
  }
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null;
  return parsed?.protocol === 'https:' && !parsed.username && !parsed.password ? parsed.href : null;
}

/** One of the six coats of page.css, always the same for a photo. */
const coatOf = id => ([...id].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 16_777_619), 0x811c9dc5) >>> 8) % 6;

/** A photo over a drawn cat, which shows until the photo has loaded, and permanently if it cannot. */
function createPhoto() {
  const element = create('span', 'photo', symbol('cat'));
  let shown;
  const drop = image => {
    image.remove();
    element.classList.remove('pictured');
  };
  return { element, set: photo => {
    const source = photoAddress(photo.photoUrl);
    if (element.dataset.photo === photo.photoId && shown === source) {
      return;
    }
    shown = source;
    element.dataset.photo = photo.photoId;
    element.dataset.coat = coatOf(photo.photoId);
    element.querySelectorAll('img').forEach(drop);
    if (source === null || unloadable.has(source)) {
      return;
    }
    const image = new Image();
    image.alt = '';
    image.loading = 'lazy';
    image.decoding = 'async';
    image.referrerPolicy = 'no-referrer';
    image.addEventListener('load', () => {
      image.classList.add('loaded');
      element.classList.add('pictured');
    });
    image.addEventListener('error', () => {
      unloadable.add(source);
      drop(image);
    });
    element.append(image);
    image.src = source;
  } };
}

const nameOf = photo => photo.breed || photo.photoId;
const idOf = photo => photo.breed ? photo.photoId : 'breed unknown';

// ---------------------------------------------------------------- lists

function board(id, valueOf, shareOf) {
  const show = keyed($(id), photo => photo.photoId, () => {
    const photo = createPhoto();
    const [name, identity, value, track] = [
      create('p', 'name'), create('p', 'id'), create('p', 'value'), create('span', 'track', create('i', ''))];
    return { element: create('li', '', photo.element, name, identity, value, track), set: item => {
      photo.set(item);
      setText(name, nameOf(item));
      setText(identity, idOf(item));
      setText(value, valueOf(item));
      track.firstChild.style.transform = `scaleX(${item.share})`;
    } };
  });
  return photos => {
    const most = Math.max(...photos.map(shareOf), 0);
    show(photos.map(photo => ({ ...photo, share: most ? shareOf(photo) / most : 0 })));
    $(id).nextElementSibling.hidden = photos.length > 0;
  };
}

const showMostViewed = board('most-viewed', photo => count(photo.views), photo => photo.views);
const showMostLiked = board('most-liked', photo => count(photo.likes), photo => photo.likes);
const showBestRated = board('best-rated', photo => percent.format(photo.score), photo => photo.score);

const showStrip = keyed($('trending'), photo => photo.photoId, () => {
  const photo = createPhoto();
  const [name, reason] = [create('p', 'name'), create('p', 'reason')];
  const numbers = counts();
  return { element: create('li', '', photo.element, name, reason, numbers.element), set: item => {
    photo.set(item);
    setText(name, nameOf(item));
    setText(reason, item.reason);
    numbers.set(item);
  } };
});

const starPhoto = createPhoto();
const starCounts = counts();
$('star-photo').append(starPhoto.element);
$('star-counts').replaceWith(starCounts.element);

function showTrending([star, ...others]) {
  starPhoto.set(star ?? { photoId: '', photoUrl: null });
  setText($('star-name'), star ? nameOf(star) : 'None right now');
  setText($('star-id'), star ? idOf(star) : 'No cat is viewed far more than usual.');
  setText($('star-reason'), star ? `Viewed ${star.reason}` : '');
  starCounts.element.hidden = !star;
  if (star) {
    starCounts.set(star);
  }
  showStrip(others);
  $('trending').nextElementSibling.hidden = others.length > 0;
}

const showBreedRows = keyed($('breeds'), row => row.breed, () => {
  const name = create('span', 'name');
  const track = create('span', 'track', create('i', ''), create('i', ''));
  track.style.display = 'block';
  name.style.display = 'block';
  const heading = create('th', '', name, track);
  heading.scope = 'row';
  const cells = Array.from({ length: 4 }, () => create('td', ''));
  return { element: create('tr', '', heading, ...cells), set: row => {
    setText(name, row.breed);
    track.firstChild.style.transform = `scaleX(${row.viewShare})`;
    track.lastChild.style.transform = `scaleX(${row.likeShare})`;
    [count(row.photos), count(row.views), count(row.likes), percent.format(row.likeRate)]
      .forEach((text, i) => setText(cells[i], text));
  } };
});

function showBreeds(breeds) {
  const rows = breeds.slice(0, breedRows);
  const most = Math.max(...rows.map(row => row.views), 1);
  showBreedRows(rows.map(row => ({ ...row, viewShare: row.views / most, likeShare: row.likes / most })));
  $('breeds').parentElement.hidden = rows.length === 0;
  $('breeds').parentElement.nextElementSibling.hidden = rows.length > 0;
}

// ---------------------------------------------------------------- timeline

const timeline = { buckets: [], size: 60, openFrom: 0, chosen: null };
const bars = new Map();
const plot = $('plot');
const grid = createSvg('g', '', plot);
const barLayer = createSvg('g', '', plot);
const ears = createSvg('path', 'ears', plot);
const scrub = $('scrub');
const readout = $('readout');
const margin = { top: 18, right: 4, bottom: 26, left: 44 };

const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', year: 'numeric' });

const perUnit = { 1: 'second', 60: 'minute', 3600: 'hour', 86_400: 'day' };

const isLong = () => timeline.buckets.length * timeline.size > 86_400;
const timeOf = start => (timeline.size >= 86_400 ? day : isLong() ? dayAndTime : clockTime).format(start);

function spanOf(bucket) {
  const end = timeline.size >= 86_400 ? '' : ` – ${clockTime.format(bucket.start + timeline.size * 1000)}`;
  return timeOf(bucket.start) + end;
}

/** No more buckets than can be distinguished: neighbours are added up, always the same ones. */
function fitted(buckets, size, most) {
  const factor = Math.max(1, Math.ceil(buckets.length / most));
  const sums = new Map();
  for (const bucket of buckets) {
    const start = Math.floor(bucket.start / (size * factor * 1000)) * size * factor * 1000;
    const sum = sums.get(start) ?? { start, views: 0, likes: 0 };
    sum.views += bucket.views;
    sum.likes += bucket.likes;
    sums.set(start, sum);
  }
  return { buckets: factor === 1 ? buckets : [...sums.values()], size: size * factor };
}

/** The next round number up. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.4, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map(step => Math.round(step * power)).find(step => step >= value);
}

const roundTimes = [60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** The distance between the labels under the chart, in milliseconds. */
function labelEvery(seconds) {
  const rounded = roundTimes.find(time => time >= seconds && time % timeline.size === 0);
  return 1000 * (rounded ?? Math.ceil(seconds / timeline.size) * timeline.size);
}

/** Without most of the empty buckets before the first event: a young log fills the chart too. */
function begun(buckets) {
  const first = buckets.findIndex(bucket => bucket.views + bucket.likes > 0);
  return first < 0 ? buckets : buckets.slice(Math.max(0, Math.min(first, buckets.length - fewBuckets)));
}

function showTimeline({ bucketSeconds, buckets }, now) {
  const most = Math.max(fewBuckets, Math.floor($('chart').clientWidth / 5));
  const parsed = buckets.map(bucket => ({ ...bucket, start: Date.parse(bucket.start) }));
  Object.assign(timeline, fitted(begun(parsed), bucketSeconds, most));
  timeline.openFrom = now - timeline.size * 1000;
  setText($('timeline-unit'), `per ${perUnit[timeline.size] ?? duration(timeline.size)}`);

  const peak = timeline.buckets.reduce((best, bucket) => bucket.views > (best?.views ?? 0) ? bucket : best, null);
  setText($('timeline-summary'), peak
    ? `${$('timeline-unit').textContent}; most views: ${count(peak.views)}, ${spanOf(peak)}. Arrow keys read out one bar after the other.`
    : 'No views in this window.');
  draw(peak);
  showTimelineTable();
}

function draw(peak) {
  const { buckets } = timeline;
  const width = plot.clientWidth;
  const height = plot.clientHeight;
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const scaleTop = roundUp(Math.max(4, ...buckets.map(bucket => Math.max(bucket.views, bucket.likes))));
  const y = value => margin.top + inner.height * (1 - value / scaleTop);
  const step = inner.width / Math.max(1, buckets.length);
  const barWidth = Math.max(1, Math.min(step * .78, step - 1.5, 56));
  const x = index => margin.left + step * index + (step - barWidth) / 2;
  Object.assign(timeline, { step, x, y });

  drawGrid(scaleTop, width, height, y, step);

  const gone = new Set(bars.keys());
  buckets.forEach((bucket, index) => {
    gone.delete(bucket.start);
    const bar = bars.get(bucket.start) ?? createBar(bucket.start, x(index), y(0), barWidth);
    bar.group.setAttribute('class', barClass('bar', bucket));
    place(bar.views, x(index), y(bucket.views), barWidth, y(0));
    place(bar.likes, x(index), y(bucket.likes), barWidth, y(0));
  });
  for (const start of gone) {
    bars.get(start).group.remove();
    bars.delete(start);
  }

  const worn = peak && barWidth >= 7;
  ears.style.visibility = worn ? 'visible' : 'hidden';
  if (worn) {
    const high = Math.min(12, barWidth * .6);
    ears.setAttribute('class', barClass('ears', peak));
    ears.setAttribute('d', `M0 5V${-high}L${barWidth * .42} 0H${barWidth * .58}L${barWidth} ${-high}V5z`);
    ears.style.transform = `translate(${x(buckets.indexOf(peak))}px, ${y(peak.views)}px)`;
  }
  showReadout();
}

const barClass = (name, bucket) =>
  `${name}${bucket.start > timeline.openFrom ? ' open' : ''}${bucket.start === timeline.chosen ? ' chosen' : ''}`;

function createBar(start, left, bottom, width) {
  const group = createSvg('g', 'bar', barLayer);
  const bar = { group, views: createSvg('rect', 'v', group), likes: createSvg('rect', 'l', group) };
  place(bar.views, left, bottom, width, bottom);
  place(bar.likes, left, bottom, width, bottom);
  bars.set(start, bar);
  return bar;
}

function place(rect, left, upper, width, bottom) {
  const values = { x: left, y: upper, width, height: Math.max(0, bottom - upper), rx: Math.min(4, width / 3) };
  for (const [name, value] of Object.entries(values)) {
    rect.setAttribute(name, value.toFixed(2));
  }
}

function drawGrid(scaleTop, width, height, y, step) {
  const lines = [0, .5, 1].map(part => part * scaleTop).filter(value => Number.isInteger(value));
  const labelWidth = isLong() ? 120 : 76;
  const every = labelEvery(Math.ceil(labelWidth / step) * timeline.size);
  const midnight = new Date().getTimezoneOffset() * 60_000;
  const marks = timeline.buckets.map((bucket, index) => ({ bucket, index })).filter(({ bucket, index }) =>
    (bucket.start - midnight) % every === 0 && margin.left + index * step + labelWidth * .8 < width);
  grid.replaceChildren();
  for (const value of lines) {
    const line = createSvg('line', 'grid', grid);
    const at = y(value).toFixed(1);
    Object.entries({ x1: margin.left, x2: width, y1: at, y2: at }).forEach(([name, v]) => line.setAttribute(name, v));
    label(compact.format(value), margin.left - 8, y(value) + 4, 'end');
  }
  for (const { bucket, index } of marks) {
    label(timeOf(bucket.start), margin.left + step * index, height - 6, 'start');
  }
}

function label(text, x, y, anchor) {
  const element = createSvg('text', '', grid);
  element.textContent = text;
  Object.entries({ x, y, 'text-anchor': anchor }).forEach(([name, value]) => element.setAttribute(name, value));
}

/** The slider over the chart: what the pointer and the arrow keys move, and what a screen reader reads. */
function showReadout() {
  const { buckets } = timeline;
  scrub.max = Math.max(0, buckets.length - 1);
  let index = buckets.findIndex(bucket => bucket.start === timeline.chosen);
  readout.hidden = index < 0;
  if (index < 0) {
    index = buckets.length - 1;
  }
  scrub.value = index;
  const bucket = buckets[index];
  if (!bucket) {
    return;
  }
  const texts = [spanOf(bucket), plural(bucket.views, 'view'), plural(bucket.likes, 'like')];
  scrub.setAttribute('aria-valuetext', texts.join(', '));
  texts.forEach((text, i) => setText(readout.children[i], text));
  if (!readout.hidden) {
    const width = readout.offsetWidth;
    const middle = margin.left + timeline.step * (index + .5);
    const right = middle + 14 + width < plot.clientWidth;
    readout.style.transform = `translate(${Math.max(0, right ? middle + 14 : middle - 14 - width)}px, 6px)`;
  }
}

function choose(index) {
  timeline.chosen = timeline.buckets[index]?.start ?? null;
  bars.forEach(({ group }, start) => group.classList.toggle('chosen', start === timeline.chosen));
  showReadout();
}

function chooseAt(event) {
  const at = (event.clientX - plot.getBoundingClientRect().left - margin.left) / timeline.step;
  choose(Math.max(0, Math.min(timeline.buckets.length - 1, Math.floor(at))));
}

scrub.addEventListener('input', () => choose(Number(scrub.value)));
scrub.addEventListener('focus', () => scrub.matches(':focus-visible') && timeline.chosen === null && choose(timeline.buckets.length - 1));
scrub.addEventListener('blur', () => choose(-1));
scrub.addEventListener('pointermove', chooseAt);
scrub.addEventListener('pointerleave', () => scrub.matches(':focus-visible') || choose(-1));

const showTimelineRows = keyed($('timeline-rows'), bucket => bucket.start, () => {
  const heading = create('th', '');
  heading.scope = 'row';
  const cells = [create('td', ''), create('td', '')];
  return { element: create('tr', '', heading, ...cells), set: bucket => {
    setText(heading, spanOf(bucket));
    setText(cells[0], count(bucket.views));
    setText(cells[1], count(bucket.likes));
  } };
});

function showTimelineTable() {
  if ($('timeline-details').open) {
    showTimelineRows(timeline.buckets.toReversed());
  }
}

$('timeline-details').addEventListener('toggle', showTimelineTable);
new ResizeObserver(() => latest && showTimeline(latest.timeline, Date.parse(latest.generatedAt))).observe($('chart'));

// ---------------------------------------------------------------- totals and health

function showTotals(totals, window) {
  const about = totals.uniqueViewersExact ? '' : '≈ ';
  setNumber($('views'), totals.views, value => count(Math.round(value)));
  setNumber($('likes'), totals.likes, value => count(Math.round(value)));
  setNumber($('rate'), totals.likeRate, value => percent.format(value));
  setNumber($('viewers'), totals.uniqueViewers, value => about + count(Math.round(value)));
  setText($('views-note'), `in the ${windows[window]}`);
  setText($('likes-note'), totals.likes ? `one every ${oneDigit.format(totals.views / totals.likes)} views` : '');
  setText($('viewers-note'), totals.uniqueViewers ? `${oneDigit.format(totals.views / totals.uniqueViewers)} views each` : '');
}

/** The age of the newest event now, by the server's clock at the last answer and ours since. */
const newestAge = () => latest.health.newestEvent === null
  ? null
  : latest.health.newestEventAgeSeconds + (performance.now() - changedAt) / 1000;

/** How far the log is behind now; null when it is not. */
const lag = () => latest.health.lagSeconds === null || latest.health.inFlight === 0
  ? null
  : latest.health.lagSeconds + (performance.now() - changedAt) / 1000;

/** The server's words, but the age in them is ours: it grows although nothing else changes. */
const healthMessage = () => latest.health.state === 'stale' && newestAge() !== null
  ? `no events for ${duration(newestAge())}`
  : latest.health.message;

const arrivals = [];

function arrivalRate(recorded) {
  const now = performance.now();
  arrivals.push({ now, recorded });
  while (arrivals.length > 2 && now - arrivals[0].now > 10_000) {
    arrivals.shift();
  }
  const first = arrivals[0];
  return now - first.now < 2000 || recorded < first.recorded ? null : (recorded - first.recorded) * 1000 / (now - first.now);
}

function showHealth(health) {
  const rate = arrivalRate(health.recorded);
  const age = newestAge();
  const message = healthMessage();
  document.body.dataset.state = health.state;
  setText($('health-message'), message);
  setText($('health-rate'), rate === null ? '' : `${oneDigit.format(rate)} events per second`);
  setText($('newest'), age === null ? 'none yet' : `${duration(age)} ago`);
  setText($('recorded'), count(health.recorded));
  setText($('in-flight'), count(health.inFlight) + (lag() === null ? '' : `, ${duration(lag())} behind`));
  showFault($('missing'), health.missing);
  showFault($('dead-lettered'), health.deadLettered);
  setText($('gaps'), count(health.gaps));
  $('missed-ticks-fact').hidden = !health.missedTicks;
  showFault($('missed-ticks'), health.missedTicks ?? 0);
  $('redelivered-fact').hidden = health.redelivered === null;
  setText($('redelivered'), count(health.redelivered ?? 0));
  $('incomplete').hidden = health.incompleteTicks.length === 0;
  showIncompleteTicks(health.incompleteTicks);
}

function showFault(element, value) {
  setText(element, count(value));
  element.classList.toggle('alarm', value > 0);
}

const showIncompleteTicks = keyed($('incomplete-ticks'), tick => tick.tick, () => {
  const [name, missing] = [create('span', ''), create('span', '')];
  return { element: create('li', '', name, missing), set: tick => {
    setText(name, tick.tick);
    setText(missing, `${count(tick.missing)} of ${count(tick.size)} missing`);
  } };
});

// ---------------------------------------------------------------- the page as a whole

let latest = null;
let changedAt = 0;
let announced = null;

function announce(text) {
  if (announced !== text) {
    announced = text;
    setText($('announcer'), text);
  }
}

function show() {
  const { window: name, generatedAt, totals, leaderboards, health } = latest;
  const none = totals.views + totals.likes === 0;
  document.body.dataset.view = none ? 'empty' : 'full';
  showEmpty(none, name, health);
  showTotals(totals, name);
  showTimeline(latest.timeline, Date.parse(generatedAt));
  showTrending(leaderboards.trending);
  showMostViewed(leaderboards.mostViewed);
  showMostLiked(leaderboards.mostLiked);
  showBestRated(leaderboards.bestRated);
  showBreeds(latest.breeds);
}

function showEmpty(none, name, { recorded, state, message }) {
  $('empty').hidden = !none;
  setText($('empty-title'), recorded ? `Nothing in the ${windows[name]}` : capital(message));
  setText($('empty-text'), recorded ? `The log holds ${plural(recorded, 'event')}, of another time.` : '');
  $('empty-start').hidden = recorded > 0 && state === 'healthy';
  $('empty-more').hidden = !recorded || name === 'all';
}

function showLink(title, text) {
  const health = latest?.health;
  const away = title !== null;
  document.body.dataset.link = away ? 'away' : document.hidden ? 'paused' : 'live';
  $('away').hidden = !away;
  setText($('away-title'), title ?? '');
  setText($('away-text'), text ?? '');
  setText($('pulse-text'), away ? 'Not connected' : health.state === 'healthy' ? 'Live' : capital(healthMessage()));
  announce(away ? title : health.state === 'healthy' ? 'Live' : health.state === 'stale' ? 'No new events' : health.message);
  document.title = away || !latest ? 'Not connected · CatFunctions' : `${count(latest.totals.views)} views · CatFunctions`;
  setText($('footer-text'), latest
    ? `${document.body.dataset.link === 'away' ? 'Last numbers' : 'Numbers'} as of ${new Date(latest.generatedAt).toLocaleTimeString()}, by the time of the events. Rebuilt from the log alone.`
    : '');
}

const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

// ---------------------------------------------------------------- polling

let tag = null;
let timer = 0;
let failures = 0;
let request = null;

const chosenWindow = () => document.querySelector('#windows input:checked').value;

class Refused extends Error {}

async function fetchAnalytics(signal) {
  const url = address('../../analytics', { window: chosenWindow(), top });
  const response = await fetch(url, {
    headers: tag === null ? {} : { 'If-None-Match': tag },
    cache: 'no-store',
    signal: AbortSignal.any([signal, AbortSignal.timeout(giveUpAfter)]),
  });
  if (response.status === 304) {
    return;
  }
  if (response.status === 401 || response.status === 403) {
    throw new Refused('The function app does not accept the key. Open the page with its own ?code=…');
  }
  if (!response.ok) {
    throw new Refused(`The server answered ${response.status}.`);
  }
  const answer = await response.json();
  signal.throwIfAborted();
  tag = response.headers.get('ETag');
  latest = answer;
  changedAt = performance.now();
  show();
}

async function poll() {
  clearTimeout(timer);
  request?.abort();
  const mine = request = new AbortController();
  try {
    await fetchAnalytics(mine.signal);
    failures = 0;
    showHealth(latest.health);
    showLink(null);
    timer = setTimeout(poll, document.hidden ? pollHiddenEvery : pollEvery);
  } catch (error) {
    if (mine.signal.aborted) {
      return;
    }
    failures++;
    const wait = Math.min(retryAtMost, pollEvery * 2 ** (failures - 1));
    const reason = error instanceof Refused ? error.message : 'The server cannot be reached.';
    showLink(reason, `${latest ? 'These numbers are not updated. ' : ''}Trying again in ${duration(wait / 1000)}.`);
    timer = setTimeout(poll, wait);
  } finally {
    if (request === mine) {
      delete document.body.dataset.refreshing;
    }
  }
}

function chooseWindow(name) {
  const url = new URL(location.href);
  url.searchParams.set('window', name);
  history.replaceState(null, '', url);
  document.body.dataset.refreshing = '';
  tag = null;
  poll();
}

function radioOf(name) {
  return [...document.querySelectorAll('#windows input')].find(radio => radio.value === name);
}

$('windows').addEventListener('change', event => chooseWindow(event.target.value));
$('show-all').addEventListener('click', () => {
  radioOf('all').checked = true;
  radioOf('all').focus();
  chooseWindow('all');
});
$('retry').addEventListener('click', poll);
document.addEventListener('visibilitychange', () => document.hidden || poll());

(radioOf(new URLSearchParams(location.search).get('window')) ?? radioOf('1h')).checked = true;
poll();
