// The card of the pipeline.

import { $, create, keyed, setText } from './elements.js';
import { count, decimal, duration } from './format.js';
import { reportAge } from './live.js';

/** The age of the newest event now, by the server's clock at the last answer and ours since. */
const newestAge = health => health.newestEvent === null
  ? null
  : health.newestEventAgeSeconds + reportAge();

/** How far the log is behind now; null when it is not. */
const lag = health => health.lagSeconds === null || health.inFlight === 0
  ? null
  : health.lagSeconds + reportAge();

/** The server's words, but the age in them is ours: it grows although nothing else changes. */
export const healthMessage = health => health.state === 'stale' && newestAge(health) !== null
  ? `no events for ${duration(newestAge(health))}`
  : health.message;

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

export function showHealth(health) {
  const rate = arrivalRate(health.recorded);
  const age = newestAge(health);
  const message = healthMessage(health);
  document.body.dataset.state = health.state;
  setText($('health-message'), message);
  setText($('health-rate'), rate === null ? '' : `${decimal(rate)} events per second`);
  setText($('newest'), age === null ? 'none yet' : `${duration(age)} ago`);
  setText($('recorded'), count(health.recorded));
  setText($('in-flight'), count(health.inFlight) + (lag(health) === null ? '' : `, ${duration(lag(health))} behind`));
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
