// The ticks of an axis: round numbers, and round times by the clocks of the page's zone.

import { formatTime, offsetAt } from './zone.js';

const minute = 60_000;
const day = 86_400_000;
const steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 360, 720].map(minutes => minutes * minute);

/** The next round number up. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.4, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map(step => Math.round(step * power)).find(step => step >= value);
}

/** The moment at which the clocks show a time, which is given as if it were of UTC; null if they skip it. */
export function momentOf(wall) {
  const guess = wall - offsetAt(wall);
  const moment = wall - offsetAt(guess);
  return moment + offsetAt(moment) === wall ? moment : guess + offsetAt(guess) === wall ? guess : null;
}

/**
 * The times to put under a chart: hours and minutes that divide a day, or first moments of days.
 * @param least The least distance between two of them, in milliseconds.
 */
export function timeTicks(from, to, least) {
  const step = steps.find(step => step >= least) ?? Math.ceil(least / day) * day;
  const ticks = [];
  for (let wall = Math.ceil((from + offsetAt(from)) / step) * step; ; wall += step) {
    const time = momentOf(wall);
    if (time === null) {
      continue;
    }
    if (time > to) {
      return ticks;
    }
    if (time >= from) {
      const isDay = wall % day === 0;
      ticks.push({ time, isDay, text: formatTime(time, isDay ? 'day' : 'time') });
    }
  }
}
