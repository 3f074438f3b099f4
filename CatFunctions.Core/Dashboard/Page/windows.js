// The window that the page shows: its switch, and its name in a sentence.

import { $ } from './elements.js';
import { go, onRoute, route } from './route.js';
import { formatMoment } from './zone.js';

const windows = { '15m': 'last 15 minutes', '1h': 'last hour', '24h': 'last 24 hours', all: 'whole log' };

/** The window that the address asks for, the hour if it names none. */
const windowOf = () => route().window in windows ? route().window : '1h';

/** What the page shows, as parameters of the API. */
export function viewParameters() {
  const { from, to, breed } = route();
  return { ...from && to ? { from, to } : { window: windowOf() }, ...breed && { breed } };
}

/** What a report covers, after a verb: in the last hour, since 21:25 if the log is younger, or between two moments. */
export function periodOf({ window, from, to, since }) {
  if (window === null) {
    return `from ${formatMoment(Date.parse(from))} to ${formatMoment(Date.parse(to))}`;
  }
  return since === null ? `in the ${windows[window]}` : `since ${formatMoment(Date.parse(since))}`;
}

/** Marks a window as the chosen one; by default what the address asks for. */
export function markWindow(window = route().from && route().to ? null : windowOf()) {
  document.querySelectorAll('#windows input').forEach(radio => radio.checked = radio.value === window);
}

$('windows').addEventListener('change', event => go({ window: event.target.value, from: null, to: null }));
$('show-all').addEventListener('click', () => {
  go({ window: 'all', from: null, to: null });
  document.querySelector('#windows input:checked').focus();
});
onRoute(() => markWindow());
markWindow();
