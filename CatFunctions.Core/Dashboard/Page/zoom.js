// Zooming into the chart: by dragging over it, or with the shift and arrow keys and then Enter.

import { $, createSvg } from './elements.js';
import { latest } from './live.js';
import { go, onRoute, route } from './route.js';
import { chosenPlace, placeAt, stretchOf } from './timeline.js';

const minute = 60_000;
const longest = 24 * 60 * minute;
const scrub = $('scrub');
const band = createSvg('rect', 'selection', $('plot'));
let anchor = null;
let end = null;

function show() {
  const selected = anchor !== null && end !== null;
  band.style.visibility = selected ? 'visible' : 'hidden';
  if (selected) {
    const { x, y, width, height } = stretchOf(anchor, end);
    Object.entries({ x, y, width, height }).forEach(([name, value]) => band.setAttribute(name, Math.max(0, value).toFixed(1)));
  }
}

function clear() {
  anchor = end = null;
  show();
}

/** Shows a range, in whole minutes and not longer than the server allows. */
function zoomTo(from, to) {
  const begin = Math.floor(from / minute) * minute;
  const last = Math.max(begin + minute, Math.ceil(to / minute) * minute);
  go({
    from: new Date(begin).toISOString().replace('.000', ''),
    to: new Date(Math.min(last, begin + longest)).toISOString().replace('.000', ''),
    window: null,
  });
}

function zoomToSelection() {
  const { from, to } = stretchOf(anchor, end);
  clear();
  zoomTo(from, to);
}

scrub.addEventListener('pointerdown', event => {
  if (event.button === 0) {
    anchor = placeAt(event.clientX);
    end = null;
  }
});
scrub.addEventListener('pointermove', event => {
  if (anchor !== null && event.buttons & 1) {
    const place = placeAt(event.clientX);
    if (place !== anchor || end !== null) {
      end = place;
      show();
    }
  }
});
addEventListener('pointerup', () => anchor !== null && end !== null && end !== anchor ? zoomToSelection() : clear());
addEventListener('pointercancel', clear);

scrub.addEventListener('keydown', event => {
  const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (step && event.shiftKey) {
    event.preventDefault();
    anchor ??= chosenPlace();
    scrub.value = (end ?? anchor) + step;
    scrub.dispatchEvent(new Event('input'));
    end = Number(scrub.value);
    show();
  } else if (step) {
    clear();
  } else if (event.key === 'Escape') {
    clear();
  } else if (event.key === 'Enter') {
    anchor ??= chosenPlace();
    end ??= anchor;
    zoomToSelection();
  }
});

/** The range of the address; null while a window is shown. */
function rangeOf() {
  const [from, to] = [Date.parse(route().from), Date.parse(route().to)];
  return from < to ? [from, to] : null;
}

function move(part) {
  const [from, to] = rangeOf();
  zoomTo(from + part * (to - from), to + part * (to - from));
}

function showControls() {
  $('zoomed').hidden = rangeOf() === null;
  $('zoom-help').hidden = rangeOf() !== null;
}

$('earlier').addEventListener('click', () => move(-1));
$('later').addEventListener('click', () => move(1));
$('wider').addEventListener('click', () => {
  const [from, to] = rangeOf();
  zoomTo(from - (to - from) / 2, Math.min(Date.parse(latest().generatedAt), to + (to - from) / 2));
});
$('live').addEventListener('click', () => {
  go({ from: null, to: null });
  scrub.focus();
});
onRoute(() => {
  clear();
  showControls();
});
showControls();
