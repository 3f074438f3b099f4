// The time zone that all times and ticks of the page are in: the reader's own, or UTC.

import { $, setText } from './elements.js';
import { go, onRoute, route } from './route.js';

const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
const formats = {
  time: { hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { month: 'short', day: 'numeric' },
  dayAndTime: { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
  date: { year: 'numeric', month: 'short', day: 'numeric' },
};
const wallClock = {
  calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
  year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
};
const formatters = new Map();

export const zone = () => route().zone === 'utc' ? 'UTC' : local;

function formatter(name, locale, options) {
  const key = `${name} ${zone()}`;
  if (!formatters.has(key)) {
    formatters.set(key, new Intl.DateTimeFormat(locale, { ...options, timeZone: zone() }));
  }
  return formatters.get(key);
}

/** @param time A moment, in milliseconds since 1970. @param format One of time, second, day, dayAndTime, date. */
export const formatTime = (time, format = 'time') => formatter(format, undefined, formats[format]).format(time);

/** A moment as a time, with its day unless that is today. */
export const formatMoment = time =>
  formatTime(time, formatTime(time, 'date') === formatTime(Date.now(), 'date') ? 'time' : 'dayAndTime');

/** What the clocks of the zone are ahead of UTC at a moment, in milliseconds. */
export function offsetAt(time) {
  const parts = Object.fromEntries(
    formatter('wall', 'en-US', wallClock).formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - Math.floor(time / 1000) * 1000;
}

/** The reader's zone with what it is ahead of UTC, for example Asia/Kolkata, UTC+5:30. */
function describeLocal() {
  const offset = new Intl.DateTimeFormat('en-US', { timeZone: local, timeZoneName: 'shortOffset' })
    .formatToParts(Date.now()).find(part => part.type === 'timeZoneName').value;
  return local === 'UTC' ? 'Local, UTC' : `${local.replaceAll('_', ' ')}, ${offset.replace('GMT', 'UTC')}`;
}

function showZone() {
  document.querySelector(`#zones input[value="${route().zone === 'utc' ? 'utc' : 'local'}"]`).checked = true;
}

$('zones').addEventListener('change', event => go({ zone: event.target.value === 'utc' ? 'utc' : null }));
onRoute(showZone);
showZone();
setText($('zone-local'), describeLocal());
