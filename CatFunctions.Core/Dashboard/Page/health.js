// The card of the pipeline. What was not read yet is called neither missing nor late.

import { $, create, keyed, setText, setCount } from './elements.js';
import { capital, count, decimal, duration, percentWhole } from './format.js';
import { latest, linkState, reportAge } from './live.js';
import { formatMoment, formatTime } from './zone.js';

const unknown = 'not known yet';

/** The age of the newest event now, by the server's clock at the last answer and ours since. */
const newestAge = health => health.newestEvent === null ? null : health.newestEventAgeSeconds + reportAge();

/** How far the log is behind now; null when it is not. */
const lag = health => health.lagSeconds === null || health.inFlight === 0 ? null : health.lagSeconds + reportAge();

/** The server's words, but the age in them is ours: it grows although nothing else changes. */
const textOf = (fault, health) => fault.kind === 'stale' && newestAge(health) !== null
  ? `no events for ${duration(newestAge(health))}`
  : fault.text;

/** The state in a few words: the worst that there is. */
export function headlineOf(health) {
  if (health.reading) {
    return `reading the log: ${percentWhole(health.reading.progress)}`;
  }
  return health.faults.length ? textOf(health.faults[0], health) : health.message;
}

const arrivals = [];

/** By the time of the events where that is longer: a backlog is not a faster stream. */
function arrivalRate({ recorded, newestEvent }) {
  const now = performance.now();
  const newest = Date.parse(newestEvent ?? 0);
  arrivals.push({ now, recorded, newest });
  while (arrivals.length > 2 && now - arrivals[0].now > 10_000) {
    arrivals.shift();
  }
  const first = arrivals[0];
  return now - first.now < 2000 || recorded < first.recorded ? null : (recorded - first.recorded) * 1000 / Math.max(now - first.now, newest - first.newest);
}

export function showHealth() {
  const health = latest()?.health;
  if (!health) {
    return;
  }
  const isAway = linkState() === 'away';
  const isLive = linkState() === 'live';
  const isRead = health.reading === null;
  if (!isLive || !isRead) {
    arrivals.length = 0;
  }
  const rate = isLive && isRead ? arrivalRate(health) : null;
  setText($('health-message'), isAway ? 'Unknown: the server does not answer' : capital(headlineOf(health)));
  setText($('health-rate'), rate === null ? '' : `${decimal(rate)} events per second`);
  setText($('newest'), !isRead && !health.reading.completeFrom ? unknown
    : health.newestEvent === null ? 'none yet'
    : isLive ? `${duration(newestAge(health))} ago`
    : `at ${formatTime(Date.parse(health.newestEvent), 'second')}`);
  showSentence(health, isRead, isLive ? lag(health) : null);
  setCount($('gaps'), isRead ? health.gaps : unknown);
  $('missed-ticks-fact').hidden = !health.missedTicks;
  showFault($('missed-ticks'), health.missedTicks ?? 0);
  $('redelivered-fact').hidden = health.redelivered === null;
  setCount($('redelivered'), health.redelivered ?? 0);
  showFaults(health.faults.map((fault, place) => ({ ...fault, isHeadline: place === 0, text: textOf(fault, health) })));
  $('incomplete').hidden = health.incompleteTicks.length === 0;
  showIncompleteTicks(health.incompleteTicks);
}

/** What was produced, and where all of it is. Until the log is read, only what was read can be said. */
function showSentence(health, isRead, behind) {
  $('equation').hidden = $('rest').hidden = !isRead;
  setCount($('produced'), health.produced);
  setCount($('recorded'), health.recorded);
  setText($('recorded-word'), isRead ? 'recorded' : 'events read so far');
  setCount($('in-flight'), health.inFlight);
  setText($('dead-lettered-noun'), health.deadLettered === 1 ? 'dead letter' : 'dead letters');
  showFault($('dead-lettered'), health.deadLettered);
  $('missing-part').hidden = health.missing === 0;
  showFault($('missing'), health.missing);
  setText($('lag'), behind === null ? '' : `, ${behind < 60 ? `${decimal(behind)} s` : duration(behind)} behind`);
}

function showFault(element, value) {
  setCount(element, value);
  element.classList.toggle('alarm', value > 0);
}

const showFaults = keyed($('faults'), fault => fault.kind, () => {
  const [text, since, help] = [create('strong', ''), create('span', 'since'), create('p', 'help')];
  return { element: create('li', '', text, since, help), set: fault => {
    text.hidden = fault.isHeadline;
    setText(text, capital(fault.text));
    setText(since, fault.since === null ? '' : ` Since ${formatMoment(Date.parse(fault.since))}`);
    setText(help, fault.help);
  } };
});

/** A tick as it appears in event ids, 20261122T073015000Z, as a moment. */
const momentOf = tick => Date.parse(tick.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z'));

const showIncompleteTicks = keyed($('incomplete-ticks'), tick => tick.tick, () => {
  const [name, missing] = [create('span', ''), create('span', '')];
  return { element: create('li', '', name, missing), set: tick => {
    name.title = tick.tick;
    setText(name, `${formatTime(momentOf(tick.tick), 'day')}, ${formatTime(momentOf(tick.tick), 'second')}`);
    setText(missing, `${count(tick.missing)} of ${count(tick.size)} missing`);
  } };
});
