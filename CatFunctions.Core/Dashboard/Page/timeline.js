// The chart of views and likes over time, with what reads it out, and its table. A gap in the data does not look like zero.

import { roundUp, timeTicks } from './axis.js';
import { $, createRow, createSvg, keyed, setText } from './elements.js';
import { compact, count, duration, plural } from './format.js';
import { onRoute } from './route.js';
import { formatTime } from './zone.js';

const fewBuckets = 15;
const day = 86_400_000;
const margin = { top: 24, right: 4, bottom: 26, left: 44 };
const labelWidth = 74;

let shown = null;
const timeline = { buckets: [], size: 60, regions: [], flags: [], chosen: null };
const bars = new Map();
const plot = $('plot');
createPatterns();
const grid = createSvg('g', 'axis', plot);
const regionLayer = createSvg('g', 'regions', plot);
const barLayer = createSvg('g', '', plot);
const ears = createSvg('path', 'ears', plot);
const flagLayer = createSvg('g', 'flags', plot);
const scrub = $('scrub');
const readout = $('readout');

const perUnit = { 1: 'second', 60: 'minute', 3600: 'hour', 86_400: 'day' };

/** Stripes: for stretches that are not known, and for bars that are not whole. */
function createPatterns() {
  const defs = createSvg('defs', '', plot);
  for (const [id, size, thickness] of [['hatch', 9, 1], ['stripes', 4, 2]]) {
    const pattern = createSvg('pattern', '', defs);
    setAttributes(pattern, { id, width: size, height: size, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' });
    setAttributes(createSvg('rect', '', pattern), { width: thickness, height: size });
  }
}

function setAttributes(element, values) {
  for (const [name, value] of Object.entries(values)) {
    const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
    if (element.getAttribute(name) !== text) {
      element.setAttribute(name, text);
    }
  }
}

const sizeOf = () => timeline.size * 1000;
const timeFormat = () => timeline.size >= 86_400 ? 'date' : timeline.buckets.length * sizeOf() > day ? 'dayAndTime' : 'time';

function spanOf({ start }) {
  const end = timeline.size >= 86_400 ? '' : ` – ${formatTime(start + sizeOf())}`;
  return formatTime(start, timeFormat()) + end;
}

/** Whether the numbers of a bucket are not those of all of its time, in words. */
const partOf = ({ start }) => start + sizeOf() > timeline.now ? 'so far' : start < timeline.begin ? 'in part' : '';

/** What there is to say about a stretch of time. */
const notesOn = (from, to) => [...timeline.regions, ...timeline.flags]
  .filter(mark => mark.from < to && mark.to > from).map(mark => mark.text);

const noteOn = bucket => [partOf(bucket), ...notesOn(bucket.start, bucket.start + sizeOf())].filter(Boolean).join('; ');

const isUnknown = ({ start, views, likes }) => views + likes === 0
  && timeline.regions.some(region => region.from < start + sizeOf() && region.to > start);

/** No more buckets than can be distinguished: neighbours are added up, always the same ones. */
function fitted(buckets, size, most) {
  const factor = Math.max(1, Math.ceil(buckets.length / most));
  const sums = new Map();
  for (const bucket of buckets) {
    const start = Math.floor(bucket.start / (size * factor * 1000)) * size * factor * 1000;
    const sum = sums.get(start) ?? { start, views: 0, likes: 0, previousViews: null };
    sum.views += bucket.views;
    sum.previousViews = bucket.previousViews === null ? sum.previousViews : (sum.previousViews ?? 0) + bucket.previousViews;
    sum.likes += bucket.likes;
    sums.set(start, sum);
  }
  return { buckets: factor === 1 ? buckets : [...sums.values()], size: size * factor };
}

/** Without most of the time before the log began, if that is known: a young log fills the chart too. */
export function begun(buckets, since) {
  const first = since === null ? -1 : buckets.findLastIndex(bucket => Date.parse(bucket.start) <= Date.parse(since));
  return first < 0 ? buckets : buckets.slice(Math.max(0, Math.min(first, buckets.length - fewBuckets)));
}

/** The stretches that are not known: before the log, not read yet, without events for longer than the schedule explains. */
function regionsOf({ timeline: { marks }, since, isRead, health }, { start: first }) {
  const regions = marks.filter(mark => mark.kind === 'outage').map(parsed);
  if (!isRead) {
    const complete = health.reading?.completeFrom;
    regions.push({ from: first, to: complete ? Date.parse(complete) : timeline.now, kind: 'unread', text: 'Not read yet' });
  } else if (since !== null) {
    regions.push({ from: first, to: Date.parse(since), kind: 'before', text: 'Before the log began' });
  }
  return regions.filter(region => region.to > region.from && region.to > first);
}

const parsed = mark => ({ ...mark, from: Date.parse(mark.from), to: Date.parse(mark.to) });

export function showTimeline(report) {
  shown = report;
  const { timeline: { bucketSeconds, buckets, marks }, from, to, since, generatedAt } = report;
  const most = Math.max(fewBuckets, Math.floor($('chart').clientWidth / 5));
  const all = begun(buckets, since).map(bucket => ({ ...bucket, start: Date.parse(bucket.start) }));
  Object.assign(timeline, fitted(all, bucketSeconds, most));
  timeline.begin = Math.max(Date.parse(from ?? 0), Date.parse(since ?? 0));
  timeline.now = Math.min(Date.parse(to), Date.parse(generatedAt));
  timeline.regions = timeline.buckets.length ? regionsOf(report, timeline.buckets[0]) : [];
  timeline.flags = marks.filter(mark => mark.kind !== 'outage').map(parsed);
  setText($('timeline-unit'), `per ${perUnit[timeline.size] ?? duration(timeline.size)}`);

  const peak = timeline.buckets.reduce((best, bucket) => bucket.views > (best?.views ?? 0) ? bucket : best, null);
  const notes = [...timeline.regions, ...timeline.flags].toSorted((a, b) => a.from - b.from)
    .map(mark => `${mark.text}: ${formatTime(mark.from, timeFormat())} – ${formatTime(mark.to)}.`);
  setText($('timeline-summary'), [peak
    ? `${$('timeline-unit').textContent}; most views: ${count(peak.views)}, ${spanOf(peak)}. Arrow keys read out one bar after the other; with shift they select, and Enter zooms in.`
    : 'No views in this window.', ...notes].join(' '));
  draw(peak);
  $('key-before').hidden = !timeline.buckets.some(bucket => bucket.previousViews !== null);
  showTimelineTable();
}

function draw(peak) {
  const { buckets } = timeline;
  const width = plot.clientWidth;
  const height = plot.clientHeight;
  if (!height) {
    return;
  }
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const scaleTop = roundUp(Math.max(4, ...buckets.map(bucket => Math.max(bucket.views, bucket.likes, bucket.previousViews))));
  const y = value => margin.top + inner.height * (1 - value / scaleTop);
  const step = inner.width / Math.max(1, buckets.length);
  const barWidth = Math.max(1, Math.min(step * .78, step - 1.5, 56));
  const left = index => margin.left + step * index + (step - barWidth) / 2;
  const first = buckets[0]?.start ?? 0;
  const x = time => margin.left + Math.max(0, Math.min(buckets.length, (time - first) / sizeOf())) * step;
  Object.assign(timeline, { step, bottom: margin.top + inner.height });

  drawAxes({ scaleTop, width, height, x, y, first });
  drawRegions(x, inner.height);
  drawFlags(x);

  const gone = new Set(bars.keys());
  buckets.forEach((bucket, index) => {
    gone.delete(bucket.start);
    const bar = bars.get(bucket.start) ?? createBar(bucket.start);
    bar.group.setAttribute('class', barClass('bar', bucket));
    // Zero is a line; what is not known is nothing. The likes are a part of the views, set off by a gap.
    const floor = y(0);
    const least = isUnknown(bucket) ? 0 : 1.5;
    const likes = Math.min(y(bucket.likes), floor);
    place(bar.likes, left(index), likes, barWidth, floor - likes);
    const bottom = bucket.likes > 0 ? likes - Math.min(2, (floor - likes) / 2 + .5) : floor;
    place(bar.before, left(index) - 1, y(bucket.previousViews ?? 0) - 1, barWidth + 2, bucket.previousViews ? 2 : 0);
    const upper = Math.min(y(bucket.views), floor - least);
    place(bar.views, left(index), upper, barWidth, Math.max(0, bottom - upper));
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
    ears.style.transform = `translate(${left(buckets.indexOf(peak))}px, ${y(peak.views)}px)`;
  }
  showReadout();
}

const barClass = (name, bucket) =>
  `${name}${partOf(bucket) ? ' open' : ''}${bucket.start === timeline.chosen ? ' chosen' : ''}`;

function createBar(start) {
  const group = createSvg('g', 'bar', barLayer);
  const bar = { group, views: createSvg('rect', 'v', group), likes: createSvg('rect', 'l', group), before: createSvg('rect', 'before', group) };
  bars.set(start, bar);
  return bar;
}

const place = (rect, x, y, width, height) => setAttributes(rect, { x, y, width, height, rx: Math.min(4, width / 3) });

function drawAxes({ scaleTop, width, height, x, y, first }) {
  const last = first + timeline.buckets.length * sizeOf();
  const values = [0, .5, 1].map(part => part * scaleTop).filter(value => Number.isInteger(value));
  const times = timeline.buckets.length ? timesToLabel(x, first, last, width) : [];
  const key = JSON.stringify([scaleTop, width, height, first, last, times.map(({ text }) => text)]);
  if (grid.dataset.key === key) {
    return;
  }
  grid.dataset.key = key;
  grid.replaceChildren();
  for (const value of values) {
    setAttributes(createSvg('line', 'grid', grid), { x1: margin.left, x2: width, y1: y(value), y2: y(value) });
    label(grid, compact(value), margin.left - 8, y(value) + 4, 'end');
  }
  for (const { time, isDay, text } of times) {
    setAttributes(createSvg('line', 'tick', grid), { x1: x(time), x2: x(time), y1: y(0), y2: y(0) + 5 });
    const element = label(grid, text, x(time), height - 6, 'middle');
    element.classList.toggle('day', isDay);
    element.dataset.time = new Date(time).toISOString();
  }
}

/** The ticks whose labels have room, where the clocks jump, too. */
function timesToLabel(x, first, last, width) {
  let free = 0;
  return timeTicks(first, last, labelWidth / timeline.step * sizeOf()).filter(({ time, text }) => {
    const [left, right] = [x(time) - text.length * 3.5, x(time) + text.length * 3.5];
    const hasRoom = left > free && right < width;
    free = hasRoom ? right + 4 : free;
    return hasRoom;
  });
}

function drawRegions(x, height) {
  regionLayer.replaceChildren();
  for (const region of timeline.regions) {
    const [from, to] = [x(region.from), Math.max(x(region.to), x(region.from) + 3)];
    const group = createSvg('g', `region ${region.kind}`, regionLayer);
    setAttributes(createSvg('rect', '', group), { x: from, y: margin.top, width: to - from, height });
    if (region.text.length * 6.6 < to - from) {
      label(group, region.text, (from + to) / 2, margin.top - 8, 'middle');
    }
  }
}

function drawFlags(x) {
  flagLayer.replaceChildren();
  for (const flag of timeline.flags) {
    const group = createSvg('g', `flag ${flag.kind}`, flagLayer);
    const at = x((flag.from + flag.to) / 2);
    setAttributes(createSvg('path', '', group), { d: `M${(at - 6).toFixed(1)} ${margin.top - 14}h12l-6 10z` });
    const width = flag.text.length * 6.6;
    if (at + 10 + width < plot.clientWidth) {
      label(group, flag.text, at + 10, margin.top - 5, 'start');
    } else if (at - 10 - width > 0) {
      label(group, flag.text, at - 10, margin.top - 5, 'end');
    }
  }
}

function label(parent, text, x, y, anchor) {
  const element = createSvg('text', '', parent);
  element.textContent = text;
  setAttributes(element, { x, y, 'text-anchor': anchor });
  return element;
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
  const numbers = isUnknown(bucket) ? ['', ''] : [plural(bucket.views, 'view'), plural(bucket.likes, 'like')];
  const before = bucket.previousViews === null ? '' : `${plural(bucket.previousViews, 'view')} before`;
  const texts = [spanOf(bucket), ...numbers, before, noteOn(bucket)];
  scrub.setAttribute('aria-valuetext', texts.filter(Boolean).join(', '));
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

/** The place, from 0, of the bar at a pointer. */
export function placeAt(clientX) {
  const at = (clientX - plot.getBoundingClientRect().left - margin.left) / timeline.step;
  return Math.max(0, Math.min(timeline.buckets.length - 1, Math.floor(at)));
}

/** The place of the bar that is read out. */
export const chosenPlace = () => Number(scrub.value);

/** The time and the area from one bar to another, both included. */
export function stretchOf(one, other) {
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  return {
    from: timeline.buckets[first].start,
    to: timeline.buckets[last].start + sizeOf(),
    x: margin.left + first * timeline.step,
    width: (last - first + 1) * timeline.step,
    y: margin.top,
    height: timeline.bottom - margin.top,
  };
}

scrub.addEventListener('input', () => choose(Number(scrub.value)));
scrub.addEventListener('focus', () => scrub.matches(':focus-visible') && timeline.chosen === null && choose(timeline.buckets.length - 1));
scrub.addEventListener('blur', () => choose(-1));
scrub.addEventListener('pointermove', event => choose(placeAt(event.clientX)));
scrub.addEventListener('pointerleave', () => scrub.matches(':focus-visible') || choose(-1));
document.addEventListener('keydown', event => event.key === 'Escape' && choose(-1));

const showTimelineRows = keyed($('timeline-rows'), bucket => bucket.start, () => {
  const { element, heading, cells } = createRow(['', '', 'remark']);
  return { element, set: bucket => {
    setText(heading, spanOf(bucket));
    setText(cells[0], isUnknown(bucket) ? '–' : count(bucket.views));
    setText(cells[1], isUnknown(bucket) ? '–' : count(bucket.likes));
    setText(cells[2], noteOn(bucket));
  } };
});

function showTimelineTable() {
  if ($('timeline-details').open) {
    showTimelineRows(timeline.buckets.toReversed());
  }
}

const showAgain = () => shown && showTimeline(shown);
$('timeline-details').addEventListener('toggle', showTimelineTable);
new ResizeObserver(showAgain).observe($('chart'));
onRoute((now, before) => now.zone !== before.zone && showAgain());
