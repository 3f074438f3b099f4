// The chart of views and likes over time, with what reads it out, and its table.

import { $, create, createSvg, keyed, setText } from './elements.js';
import { compact, count, duration, plural } from './format.js';

const fewBuckets = 15;

let shown = null;
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

export function showTimeline({ bucketSeconds, buckets }, now) {
  shown = [{ bucketSeconds, buckets }, now];
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
    label(compact(value), margin.left - 8, y(value) + 4, 'end');
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
new ResizeObserver(() => shown && showTimeline(...shown)).observe($('chart'));
