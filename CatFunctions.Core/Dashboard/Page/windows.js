// The switch between the windows.

import { $ } from './elements.js';
import { go, onRoute, route } from './route.js';

/** What each is called in a sentence. */
export const windows = { '15m': 'last 15 minutes', '1h': 'last hour', '24h': 'last 24 hours', all: 'whole log' };

function showWindow() {
  const chosen = route().window in windows ? route().window : '1h';
  document.querySelector(`#windows input[value="${chosen}"]`).checked = true;
}

$('windows').addEventListener('change', event => go({ window: event.target.value }));
$('show-all').addEventListener('click', () => {
  go({ window: 'all' });
  document.querySelector('#windows input:checked').focus();
});
onRoute(showWindow);
showWindow();
