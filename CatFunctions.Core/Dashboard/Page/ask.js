// Asks the API for more than the report: for a photo, the table, a race.

import { apiAddress } from './address.js';
import { watchSight } from './elements.js';
import { linkState, onReport } from './live.js';

const refreshEvery = 2000;
const refreshUnseenEvery = 30_000;

/** Makes a function that asks the API. Only its newest question counts: others are answered with undefined, as failures are; what the API does not know, with null. */
export function asker() {
  let request = null;
  return async (path, parameters) => {
    request?.abort();
    const mine = request = new AbortController();
    try {
      const response = await fetch(apiAddress(path, parameters), { cache: 'no-store', signal: mine.signal });
      const answer = response.ok ? await response.json() : [400, 404].includes(response.status) ? null : undefined;
      return mine.signal.aborted ? undefined : answer;
    } catch {
      return undefined;
    }
  };
}

/**
 * Calls a listener after new reports, but not each time: what it asks for costs more than the report. It is called rarely
 * while what it fills is out of sight, if an element is given, and again when that comes into sight.
 */
export function onRefresh(listener, element) {
  let isDue = false;
  let timer = 0;
  let calledAt = -Infinity;
  const schedule = () => {
    clearTimeout(timer);
    timer = setTimeout(call, Math.max(0, calledAt + (isInSight() ? refreshEvery : refreshUnseenEvery) - performance.now()));
  };
  const call = () => {
    if (isDue && linkState() === 'live' && !document.hidden) {
      isDue = false;
      calledAt = performance.now();
      listener();
    }
  };
  const isInSight = element ? watchSight(element, schedule) : () => true;
  onReport(() => {
    isDue = true;
    schedule();
  });
}
