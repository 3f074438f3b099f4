// What the page says about itself: live or not, reading, nothing to show, as of when.

import { $, setText } from './elements.js';
import { capital, count, duration, percentWhole, plural } from './format.js';
import { headlineOf } from './health.js';
import { latest, linkState, linkTrouble, poll, setPaused } from './live.js';
import { markWindow, periodOf } from './windows.js';
import { formatMoment, formatTime } from './zone.js';

let announced = null;

function announce(text) {
  if (announced !== text) {
    announced = text;
    setText($('announcer'), text);
  }
}

const asOf = report => formatTime(Date.parse(report.generatedAt), 'second');

/** Shows the part of the page that a report fills: its numbers, that it is being read, or that there are none. */
export function showView(report) {
  const { window, totals, isRead, health: { recorded, reading } } = report;
  const none = totals.views + totals.likes === 0;
  document.body.dataset.view = !none ? 'full' : isRead ? 'empty' : 'reading';
  $('reading').hidden = isRead;
  if (!isRead) {
    const progress = reading?.progress ?? 0;
    $('reading-progress').value = progress;
    setText($('reading-title'), `Reading the log: ${percentWhole(progress)}`);
    setText($('reading-text'), !reading?.completeFrom ? 'The newest hours come first.'
      : `All from ${formatMoment(Date.parse(reading.completeFrom))} on is here. Numbers grow until the rest is read too.`);
  }
  $('empty').hidden = !none || !isRead;
  setText($('empty-title'), recorded ? `Nothing ${periodOf(report)}` : capital(headlineOf(report.health)));
  setText($('empty-text'), recorded ? `The log holds ${plural(recorded, 'event')} of another time.` : '');
  $('empty-start').hidden = recorded > 0 && report.health.state === 'healthy';
  $('empty-more').hidden = !recorded || window === 'all';
}

/** Shows how the page is connected. */
export function showLink() {
  const report = latest();
  const link = linkState();
  const away = link === 'away';
  const trouble = linkTrouble();
  document.body.dataset.link = link;
  $('away').hidden = !away;
  setText($('away-title'), trouble?.reason ?? '');
  setText($('away-text'), away
    ? `${report ? `These numbers are of ${asOf(report)} and are not updated. ` : ''}Trying again in ${duration(trouble.wait)}; until then nothing can be switched.`
    : '');
  $('windows').disabled = away;
  $('pause').disabled = away || !report;
  $('pause').setAttribute('aria-pressed', link === 'paused');
  markWindow(away && report ? report.window : undefined);
  document.body.dataset.state = away ? 'away' : report?.health.state ?? 'waiting';
  setText($('footer-text'), !report ? ''
    : `${link === 'live' ? 'Numbers' : 'Last numbers'} as of ${asOf(report)}, by the time of the events. Rebuilt from the log alone.`);
  showPulse();
}

/** Shows the state in a word; its ages grow although nothing else changes. */
export function showPulse() {
  const report = latest();
  const link = linkState();
  if (link === 'loading') {
    return;
  }
  const health = report?.health;
  const isFine = health?.state === 'healthy';
  setText($('pulse-text'), link === 'away' ? 'Not connected'
    : link === 'paused' ? `Paused at ${asOf(report)}`
    : isFine ? 'Live' : capital(headlineOf(health)));
  announce(link === 'away' ? linkTrouble().reason
    : link === 'paused' ? 'Paused'
    : isFine ? 'Live'
    : health.reading ? 'Reading the log'
    : health.faults[0]?.kind === 'stale' ? 'No new events' : headlineOf(health));
  const title = `${link === 'away' ? 'Not connected'
    : health.reading ? 'Reading the log' : `${count(report.totals.views)} views`} · CatFunctions`;
  if (document.title !== title) {
    document.title = title;
  }
}

$('retry').addEventListener('click', poll);
$('pause').addEventListener('click', () => setPaused(linkState() !== 'paused'));
