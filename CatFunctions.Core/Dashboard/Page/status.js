// What the page says about itself: live or not, nothing to show, as of when.

import { $, setText } from './elements.js';
import { capital, count, duration, plural } from './format.js';
import { healthMessage } from './health.js';
import { latest, poll } from './live.js';
import { windows } from './windows.js';

let announced = null;

function announce(text) {
  if (announced !== text) {
    announced = text;
    setText($('announcer'), text);
  }
}

export function showEmpty({ window, totals, health: { recorded, state, message } }) {
  const none = totals.views + totals.likes === 0;
  document.body.dataset.view = none ? 'empty' : 'full';
  $('empty').hidden = !none;
  setText($('empty-title'), recorded ? `Nothing in the ${windows[window]}` : capital(message));
  setText($('empty-text'), recorded ? `The log holds ${plural(recorded, 'event')}, of another time.` : '');
  $('empty-start').hidden = recorded > 0 && state === 'healthy';
  $('empty-more').hidden = !recorded || window === 'all';
}

/** @param trouble What is wrong with the connection, and the seconds until the next attempt; null if nothing is. */
export function showLink(trouble) {
  const report = latest();
  const health = report?.health;
  const away = trouble !== null;
  document.body.dataset.link = away ? 'away' : document.hidden ? 'paused' : 'live';
  $('away').hidden = !away;
  setText($('away-title'), trouble?.reason ?? '');
  setText($('away-text'), away ? `${report ? 'These numbers are not updated. ' : ''}Trying again in ${duration(trouble.wait)}.` : '');
  setText($('pulse-text'), away ? 'Not connected' : health.state === 'healthy' ? 'Live' : capital(healthMessage(health)));
  announce(away ? trouble.reason : health.state === 'healthy' ? 'Live' : health.state === 'stale' ? 'No new events' : health.message);
  document.title = away || !report ? 'Not connected · CatFunctions' : `${count(report.totals.views)} views · CatFunctions`;
  setText($('footer-text'), report
    ? `${away ? 'Last numbers' : 'Numbers'} as of ${new Date(report.generatedAt).toLocaleTimeString()}, by the time of the events. Rebuilt from the log alone.`
    : '');
}

$('retry').addEventListener('click', poll);
