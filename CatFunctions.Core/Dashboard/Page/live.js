// Keeps the report of what the address asks for up to date, and tells those who listen.

import { apiAddress } from './address.js';
import { onRoute, route } from './route.js';

const pollEvery = 1000;
const pollHiddenEvery = 30_000;
const giveUpAfter = 10_000;
const retryAtMost = 30_000;
const top = 10;

const reportListeners = new Set();
const linkListeners = new Set();

let report = null;
let changedAt = 0;
let tag = null;
let timer = 0;
let failures = 0;
let request = null;

/** The newest report; null before the first. */
export const latest = () => report;

/** How many seconds ago the newest report came. */
export const reportAge = () => (performance.now() - changedAt) / 1000;

/** Calls a listener with each new report. */
export const onReport = listener => reportListeners.add(listener);

/** Calls a listener after each attempt: with null when the server answered, else with what is wrong and the seconds until the next one. */
export const onLink = listener => linkListeners.add(listener);

class Refused extends Error {}

async function fetchReport(signal) {
  const response = await fetch(apiAddress('analytics', { window: route().window ?? '1h', top }), {
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
  report = answer;
  changedAt = performance.now();
  reportListeners.forEach(listener => listener(report));
}

/** Asks now. */
export async function poll() {
  clearTimeout(timer);
  request?.abort();
  const mine = request = new AbortController();
  try {
    await fetchReport(mine.signal);
    failures = 0;
    linkListeners.forEach(listener => listener(null));
    timer = setTimeout(poll, document.hidden ? pollHiddenEvery : pollEvery);
  } catch (error) {
    if (mine.signal.aborted) {
      return;
    }
    failures++;
    const wait = Math.min(retryAtMost, pollEvery * 2 ** (failures - 1));
    const reason = error instanceof Refused ? error.message : 'The server cannot be reached.';
    linkListeners.forEach(listener => listener({ reason, wait: wait / 1000 }));
    timer = setTimeout(poll, wait);
  } finally {
    if (request === mine) {
      delete document.body.dataset.refreshing;
    }
  }
}

onRoute(() => {
  document.body.dataset.refreshing = '';
  tag = null;
  poll();
});
document.addEventListener('visibilitychange', () => document.hidden || poll());
