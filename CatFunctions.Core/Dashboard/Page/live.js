// Keeps the report of what the address asks for up to date, and tells those who listen. The server answers when
// there is something new; nothing is asked while the page is hidden or paused.

import { apiAddress } from './address.js';
import { onRouteOf, viewParts } from './route.js';
import { viewParameters } from './windows.js';

const waitSeconds = 5;
const giveUpAfter = 15_000;
const retryFirst = 1000;
const retryAtMost = 30_000;
const top = 10;

// How often to ask: a few times at once, so that nothing is late, and once a second in the long run, so that it costs little.
const burst = 5;
const refillEvery = 1000;
const leastPause = 50;

// How often ages grow.
const tickEvery = 5000;

const reportListeners = new Set();
const linkListeners = new Set();
const tickListeners = new Set();

let report = null;
let changedAt = 0;
let tag = null;
let link = 'loading';
let trouble = null;
let timer = 0;
let ticker = 0;
let failures = 0;
let request = null;
let allowance = burst;
let allowedAt = performance.now();

/** The newest report; null before the first. */
export const latest = () => report;

/** How many seconds ago the newest report came. */
export const reportAge = () => (performance.now() - changedAt) / 1000;

/** How the page is connected: loading, live, paused or away. */
export const linkState = () => link;

/** What is wrong with the connection, and the seconds until the next attempt; null if nothing is. */
export const linkTrouble = () => trouble;

/** Calls a listener with each new report. */
export const onReport = listener => reportListeners.add(listener);

/** Calls a listener whenever {@link linkState} or {@link linkTrouble} may have changed. */
export const onLink = listener => linkListeners.add(listener);

/** Calls a listener every few seconds while the page is live and seen: what depends on the time alone has changed. */
export const onTick = listener => tickListeners.add(listener);

class Refused extends Error {}

function setLink(state, what = null) {
  link = state;
  trouble = what;
  clearInterval(ticker);
  if (state === 'live') {
    ticker = setInterval(() => tickListeners.forEach(listener => listener()), tickEvery);
  }
  linkListeners.forEach(listener => listener());
}

function pauseUntilAllowed() {
  const now = performance.now();
  allowance = Math.min(burst, allowance + (now - allowedAt) / refillEvery) - 1;
  allowedAt = now;
  return allowance >= 0 ? leastPause : -allowance * refillEvery;
}

async function describe(response) {
  if (response.status === 401 || response.status === 403) {
    return 'The function app does not accept the key. Open the page with its own ?code=…';
  }
  const problem = response.headers.get('Content-Type')?.startsWith('application/problem+json') ? await response.json() : null;
  return problem?.detail ?? `The server answered ${response.status}.`;
}

async function fetchReport(signal) {
  const parameters = { ...viewParameters(), top, ...tag && { after: tag, wait: waitSeconds } };
  const response = await fetch(apiAddress('analytics', parameters), { cache: 'no-store', signal });
  if (response.status === 304) {
    return;
  }
  if (!response.ok) {
    throw new Refused(await describe(response));
  }
  const answer = await response.json();
  signal.throwIfAborted();
  tag = response.headers.get('ETag').replace(/^W\//, '').slice(1, -1);
  report = answer;
  changedAt = performance.now();
  reportListeners.forEach(listener => listener(report));
}

/** Asks now. */
export async function poll() {
  stop();
  if (document.hidden || link === 'paused') {
    return;
  }
  const mine = request = new AbortController();
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    mine.abort();
  }, giveUpAfter);
  try {
    await fetchReport(mine.signal);
    failures = 0;
    if (link !== 'live') {
      setLink('live');
    }
    delete document.body.dataset.refreshing;
    timer = setTimeout(poll, pauseUntilAllowed());
  } catch (error) {
    if (mine.signal.aborted && !isLate) {
      return;
    }
    failures++;
    const wait = Math.min(retryAtMost, retryFirst * 2 ** (failures - 1));
    delete document.body.dataset.refreshing;
    setLink('away', { reason: error instanceof Refused ? error.message : 'The server cannot be reached.', wait: wait / 1000 });
    timer = setTimeout(poll, wait);
  } finally {
    clearTimeout(late);
  }
}

function stop() {
  clearTimeout(timer);
  request?.abort();
  request = null;
}

/** Stops the numbers, or lets them move again. */
export function setPaused(isPaused) {
  if (isPaused) {
    stop();
    setLink('paused');
  } else {
    setLink(report ? 'live' : 'loading');
    poll();
  }
}

onRouteOf(viewParts, () => {
  document.body.dataset.refreshing = '';
  tag = null;
  if (link === 'paused') {
    setPaused(false);
  } else {
    poll();
  }
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    stop();
    clearInterval(ticker);
  } else if (link !== 'paused') {
    if (link === 'live') {
      setLink('live');
    }
    poll();
  }
});
