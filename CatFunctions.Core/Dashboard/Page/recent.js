// What just happened: the newest events, played at the pace in which they happened, and a heart from the cat that was liked.

import { $, calm, create, setText, symbol, watchSight } from './elements.js';
import { linkState, onLink, onReport } from './live.js';
import { createName } from './photos.js';
import { onRouteOf, viewParts } from './route.js';
import { formatTime } from './zone.js';

const rows = 7;
const longest = 5000;
// A quiet ticker: of a batch with more events only so many are shown, the likes first.
const most = 6;
const heartSteps = 4;
const heartStepTime = 130;

let seen = null;
let queue = [];
let timer = 0;

const isInSight = watchSight($('recent'));

const keyOf = event => `${event.type} ${event.photoId} ${event.time}`;

/** Without a picture: one that changes every second would cost more than all else on the page. */
function createRow(event) {
  const name = createName();
  name.set(event);
  const time = create('time', '', formatTime(Date.parse(event.time), 'second'));
  time.dateTime = event.time;
  const isLike = event.type === 'like';
  return create('li', event.type, symbol(isLike ? 'heart' : 'eye'), name.element, create('span', 'what', isLike ? 'liked' : 'viewed'), time);
}

function add(event) {
  const list = $('recent');
  list.prepend(createRow(event));
  while (list.children.length > rows) {
    list.lastElementChild.remove();
  }
}

const isSeen = element => {
  const { top, bottom, width } = element.getBoundingClientRect();
  return width > 0 && top >= 0 && bottom <= innerHeight;
};

/** In few steps, for the same reason. */
function sendHeart(event) {
  const tiles = [...document.querySelectorAll(`main .photo[data-photo="${CSS.escape(event.photoId)}"]`)];
  const tile = tiles.find(isSeen);
  if (!tile || document.querySelector('.flying')) {
    return;
  }
  const { left, top, width, height } = tile.getBoundingClientRect();
  const heart = create('span', 'flying', symbol('heart'));
  document.body.append(heart);
  const step = part => {
    heart.style.transform = `translate(${left + width / 2 - 11}px, ${top + height / 2 - 11 - 42 * part}px) scale(${.7 + .5 * part})`;
    heart.style.opacity = String(1 - part ** 3);
    if (part < 1) {
      setTimeout(step, heartStepTime, part + 1 / heartSteps);
    } else {
      heart.remove();
    }
  };
  step(0);
}

function playNext() {
  clearTimeout(timer);
  const [next] = queue;
  if (next) {
    timer = setTimeout(() => {
      queue.shift();
      if (next.isListed) {
        add(next.event);
      }
      if (next.event.type === 'like') {
        sendHeart(next.event);
      }
      playNext();
    }, Math.max(0, next.at - performance.now()));
  }
}

function stop() {
  clearTimeout(timer);
  queue = [];
}

/** Of a batch, in the order of time: all likes that fit, and views between them. */
function chosen(batch) {
  const likes = batch.filter(event => event.type === 'like').slice(-most);
  const views = batch.filter(event => event.type !== 'like').slice(-(most - likes.length) || batch.length);
  return batch.filter(event => likes.includes(event) || views.includes(event));
}

onReport(({ recent, isRead }) => {
  const events = recent.toReversed();
  $('recent-none').hidden = events.length > 0 || !isRead;
  const fresh = seen === null ? [] : events.filter(event => !seen.has(keyOf(event)));
  const isWhole = seen === null || calm.matches || document.hidden;
  if (isWhole) {
    stop();
  }
  if (isWhole || fresh.length > 0 && !isInSight()) {
    $('recent').replaceChildren(...recent.slice(0, rows).map(createRow));
  }
  if (!isWhole && fresh.length > 0) {
    const [first, last] = [fresh[0], fresh.at(-1)].map(event => Date.parse(event.time));
    const pace = Math.min(1, longest / Math.max(1, last - first));
    const now = performance.now();
    queue.forEach(({ event, isListed }) => isListed && isInSight() && add(event));
    queue = chosen(fresh).map(event => ({ event, isListed: isInSight(), at: now + (Date.parse(event.time) - first) * pace }));
    playNext();
  }
  seen = new Set(events.map(keyOf));
});
onLink(() => linkState() !== 'live' && stop());
onRouteOf([...viewParts, 'zone'], () => {
  seen = null;
  stop();
});
setText($('recent-none'), 'Nothing in this window.');
