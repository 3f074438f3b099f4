// The tiles with the sums of the window. A number takes the largest size that it fits in, and is abbreviated if none is left.

import { $, setExact, setText } from './elements.js';
import { compact, count, decimal, exact, percent, percentRange, plural } from './format.js';
import { periodOf } from './windows.js';

const leastSize = 12;
const tiles = new Map();

function showNumber(id, long, short = long, told = long) {
  tiles.set(id, Object.assign(tiles.get(id) ?? {}, { long, short, told }));
  show(id);
}

function show(id) {
  fit(id);
  const tile = tiles.get(id);
  setExact($(id), tile.isShort ? tile.short : tile.long, tile.told);
}

/** Finds the size of a tile's number, and whether to abbreviate it. */
function fit(id) {
  const tile = tiles.get(id);
  const element = $(id);
  if (tile.fitted === tile.long.length) {
    return;
  }
  tile.fitted = tile.long.length;
  tile.isShort = ![tile.long, tile.short].some((text, i) => {
    setText(element, text);
    element.style.setProperty('--length', text.length);
    element.style.fontSize = '';
    const excess = element.scrollWidth / element.clientWidth;
    if (excess > 1) {
      element.style.fontSize = `${Math.max(leastSize, parseFloat(getComputedStyle(element).fontSize) / excess / 1.02)}px`;
    }
    return i === 0 && element.scrollWidth <= element.clientWidth;
  });
}

new ResizeObserver(() => tiles.forEach((tile, id) => {
  tile.fitted = null;
  show(id);
})).observe(document.querySelector('.numbers'));

export function showTotals(report) {
  const { totals } = report;
  const about = totals.uniqueViewersExact ? '' : '≈ ';
  for (const id of ['views', 'likes']) {
    const whole = exact(totals[id]);
    showNumber(id, whole, compact(totals[id]), report.isExact ? whole : `about ${whole}: of the first minute, a share counts`);
  }
  showNumber('rate', percent(totals.likeRate));
  showNumber('viewers', about + exact(totals.uniqueViewers), about + compact(totals.uniqueViewers));
  showNumber('conversion', percent(totals.conversion));
  setText($('views-note'), periodOf(report) + (report.isRead ? '' : ', as far as it is read'));
  setText($('likes-note'), totals.likes ? `one every ${decimal(totals.views / totals.likes)} views` : '');
  setText($('rate-note'), totals.views ? `${count(totals.likes)} of ${plural(totals.views, 'view')}; 95% interval ${percentRange(totals.likeRateLow, totals.likeRateHigh)}` : '');
  setText($('viewers-note'), totals.uniqueViewers ? `${decimal(totals.views / totals.uniqueViewers)} views each` : '');
  setText($('conversion-note'), totals.uniqueViewers ? `${about}${count(totals.uniqueLikers)} of ${plural(totals.uniqueViewers, 'viewer')} liked a photo` : '');
}
