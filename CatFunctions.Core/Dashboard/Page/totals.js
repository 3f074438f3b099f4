// The tiles with the sums of the window.

import { $, setNumber, setText } from './elements.js';
import { count, decimal, percent } from './format.js';
import { windows } from './windows.js';

export function showTotals(totals, window) {
  const about = totals.uniqueViewersExact ? '' : '≈ ';
  setNumber($('views'), totals.views, value => count(Math.round(value)));
  setNumber($('likes'), totals.likes, value => count(Math.round(value)));
  setNumber($('rate'), totals.likeRate, value => percent(value));
  setNumber($('viewers'), totals.uniqueViewers, value => about + count(Math.round(value)));
  setText($('views-note'), `in the ${windows[window]}`);
  setText($('likes-note'), totals.likes ? `one every ${decimal(totals.views / totals.likes)} views` : '');
  setText($('viewers-note'), totals.uniqueViewers ? `${decimal(totals.views / totals.uniqueViewers)} views each` : '');
}
