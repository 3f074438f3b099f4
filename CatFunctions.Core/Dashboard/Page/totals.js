// The tiles with the sums of the window. A number takes the largest size that it fits in, and is abbreviated if none is left.

import { $, calm, setExact, setText } from './elements.js';
import { compact, count, decimal, exact, percent, percentRange, plural } from './format.js';
import { periodOf } from './windows.js';

const countFor = 400;
const steps = 3;
const leastSize = 12;
const tiles = new Map();

/** Counts a tile up or down to a number. */
function showNumber(id, value, { long, short = long, told = long }) {
  const tile = tiles.get(id) ?? { shown: value, timer: 0 };
  tiles.set(id, tile);
  if (tile.value === value && tile.long === long(value) && tile.told === told(value)) {
    return;
  }
  Object.assign(tile, { value, long: long(value), short: short(value), told: told(value) });
  clearTimeout(tile.timer);
  fit(id);
  const from = tile.shown;
  const format = tile.isShort ? short : long;
  const step = part => {
    tile.shown = part === steps ? value : from + (value - from) * (1 - (1 - part / steps) ** 3);
    if (part === steps) {
      setExact($(id), format(value), tile.told);
    } else {
      setText($(id), format(tile.shown));
      tile.timer = setTimeout(step, countFor / steps, part + 1);
    }
  };
  step(from === value || calm.matches || document.hidden ? steps : 1);
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
  fit(id);
  setExact($(id), tile.isShort ? tile.short : tile.long, tile.told);
})).observe(document.querySelector('.numbers'));

const wholeNumber = { long: value => exact(Math.round(value)), short: value => compact(Math.round(value)) };
const aboutNumber = { ...wholeNumber, told: value => `about ${wholeNumber.long(value)}: of the first minute, a share counts` };
const share = { long: percent };

export function showTotals(report) {
  const { totals } = report;
  const about = totals.uniqueViewersExact ? '' : '≈ ';
  const viewers = { long: value => about + wholeNumber.long(value), short: value => about + wholeNumber.short(value) };
  showNumber('views', totals.views, report.isExact ? wholeNumber : aboutNumber);
  showNumber('likes', totals.likes, report.isExact ? wholeNumber : aboutNumber);
  showNumber('rate', totals.likeRate, share);
  showNumber('viewers', totals.uniqueViewers, viewers);
  showNumber('conversion', totals.conversion, share);
  setText($('views-note'), periodOf(report) + (report.isRead ? '' : ', as far as it is read'));
  setText($('likes-note'), totals.likes ? `one every ${decimal(totals.views / totals.likes)} views` : '');
  setText($('rate-note'), totals.views ? `${count(totals.likes)} of ${plural(totals.views, 'view')}; 95% interval ${percentRange(totals.likeRateLow, totals.likeRateHigh)}` : '');
  setText($('viewers-note'), totals.uniqueViewers ? `${decimal(totals.views / totals.uniqueViewers)} views each` : '');
  setText($('conversion-note'), totals.uniqueViewers ? `${about}${count(totals.uniqueLikers)} of ${plural(totals.uniqueViewers, 'viewer')} liked a photo` : '');
}
