// Numbers and durations in words.

const whole = new Intl.NumberFormat();
const compactNumber = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 2 });
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat(undefined, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const wholePercentage = new Intl.NumberFormat(undefined, { style: 'percent' });

export const exact = value => whole.format(value);

export const compact = value => compactNumber.format(value);

export const decimal = value => oneDigit.format(value);

export const percent = value => percentage.format(value);

export const percentWhole = value => wholePercentage.format(value);

/** Two shares, from and to. */
export const percentRange = (low, high) => percentage.formatRange(low, high);

export const count = value => value < 10_000_000 ? exact(value) : compact(value);

export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

export function duration(seconds) {
  if (seconds < 1) {
    return 'less than 1 s';
  }
  const units = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[at];
  const [smaller, smallerName] = units[at + 1] ?? [];
  const rest = smaller ? Math.floor(seconds % size / smaller) : 0;
  return `${Math.floor(seconds / size)} ${name}${rest ? ` ${rest} ${smallerName}` : ''}`;
}
