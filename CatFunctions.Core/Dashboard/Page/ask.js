// Asks the API for more than the report: for a photo, the table, a race.

import { apiAddress } from './address.js';
import { linkState, onReport } from './live.js';

const refreshEvery = 2000;

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

/** Calls a listener after new reports, but not each time: what it asks for costs more than the report. */
export function onRefresh(listener) {
  let due = 0;
  let timer = 0;
  onReport(() => {
    if (timer === 0) {
      timer = setTimeout(() => {
        timer = 0;
        if (linkState() === 'live') {
          due = performance.now() + refreshEvery;
          listener();
        }
      }, Math.max(0, due - performance.now()));
    }
  });
}
