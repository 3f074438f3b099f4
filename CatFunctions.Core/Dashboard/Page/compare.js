// The tiles beside the period of the same length just before.

import { $, setText } from './elements.js';
import { count, decimal, percent } from './format.js';
import { formatTime } from './zone.js';

const sign = change => change > 0 ? '▲' : '▼';
const word = change => change > 0 ? 'more' : 'less';

function showChange(id, change, size, before) {
  const element = $(id);
  element.hidden = change === null;
  if (change !== null) {
    element.dataset.sign = Math.sign(change);
    setText(element.children[0], change === 0 ? '= as before' : `${sign(change)} ${size}`);
    setText(element.children[1], change === 0 ? `as before, ${before}` : `${size} ${word(change)} than before, ${before}`);
    element.title = `before: ${before}`;
  }
}

/** The change from one number to another in percent, or as a factor where that is easier to grasp. */
function sizeOf(now, before) {
  const ratio = Math.max(now, before) / Math.min(now, before);
  return now > before && ratio >= 10 ? `${decimal(ratio)} ×` : percent(Math.abs(now - before) / before);
}

export function showComparison({ totals, previous }) {
  for (const [id, name] of [['views-change', 'views'], ['likes-change', 'likes'], ['viewers-change', 'uniqueViewers']]) {
    const before = previous?.[name] ?? 0;
    showChange(id, before > 0 ? totals[name] - before : null, before > 0 ? sizeOf(totals[name], before) : '', count(before));
  }
  const rate = previous && previous.views > 0 && totals.views > 0 ? Number((100 * (totals.likeRate - previous.likeRate)).toFixed(1)) : null;
  showChange('rate-change', rate, rate === null ? '' : `${decimal(Math.abs(rate))} points`, previous ? percent(previous.likeRate) : '');
  setText($('compared'), previous
    ? `Compared with ${formatTime(Date.parse(previous.from), 'dayAndTime')} – ${formatTime(Date.parse(previous.to))}` : '');
}
