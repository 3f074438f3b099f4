// The table of all photos: in the order of the address, of those that match its search, a page at a time.

import { apiAddress } from './address.js';
import { asker, onRefresh } from './ask.js';
import { $, create, keyed, setCount, setText } from './elements.js';
import { count, percent, percentRange, plural } from './format.js';
import { latest } from './live.js';
import { createName, createPhoto, idOf } from './photos.js';
import { go, onRouteOf, route, viewParts } from './route.js';
import { viewParameters } from './windows.js';

const pageLength = 10;
const orders = ['views', 'likes', 'rate', 'trend', 'name'];
const ask = asker();
let skip = 0;

const order = () => orders.includes(route().sort) ? route().sort : 'views';
const search = () => (route().search ?? '').trim();
const parameters = () => ({ ...viewParameters(), sort: order(), ...search() && { search: search() } });

async function refresh() {
  const list = await ask('photos', { ...parameters(), skip, top: pageLength });
  if (list) {
    if (list.photos.length === 0 && skip > 0) {
      turnTo(0);
      return;
    }
    show(list);
  }
}

function show({ total, photos, isRead }) {
  const sort = order();
  const most = Math.max(1, ...photos.map(photo => photo.views));
  const highest = Math.max(.001, ...photos.map(photo => photo.likeRateHigh));
  showRows(photos.map((photo, i) => ({ ...photo, rank: skip + i + 1, most, highest, sort })));
  $('photos').dataset.sort = sort;
  $('photos-none').hidden = total > 0 || !isRead;
  $('photos-rows').parentElement.hidden = total === 0;
  setText($('photos-place'), total === 0 ? '' : `${count(skip + 1)} – ${count(skip + photos.length)} of ${plural(total, 'photo')}`);
  $('photos-before').disabled = skip === 0;
  $('photos-after').disabled = skip + photos.length >= total;
  $('photos-pages').hidden = total === 0;
  $('photos-before').hidden = $('photos-after').hidden = total <= pageLength;
}

/** How a rank has changed, in signs and in words; nothing where it cannot be said. */
function moveOf({ rank, previousRank, sort }) {
  if (!latest()?.previous || sort === 'name' || sort === 'trend') {
    return ['', ''];
  }
  return previousRank === null ? ['new', 'not viewed before']
    : previousRank > rank ? [`▲ ${count(previousRank - rank)}`, `up ${count(previousRank - rank)}`]
    : previousRank < rank ? [`▼ ${count(rank - previousRank)}`, `down ${count(rank - previousRank)}`]
    : ['', 'the same rank as before'];
}

const showRows = keyed($('photos-rows'), photo => photo.photoId, () => {
  const picture = createPhoto();
  const name = createName();
  const [identity, reason] = [create('span', 'id'), create('span', 'reason')];
  identity.dir = 'auto';
  const heading = create('th', 'who', create('span', 'cell', picture.element, create('span', 'names', name.element, identity, reason)));
  heading.scope = 'row';
  const [sign, words] = [create('span', ''), create('span', 'unseen')];
  sign.ariaHidden = 'true';
  const place = create('span', '');
  const rank = create('td', 'rank', place, create('span', 'move', sign, words));
  const [views, likes, rate, range] = ['span', 'span', 'span', 'small'].map(tag => create(tag, ''));
  const bar = create('span', 'track', create('i', ''));
  const interval = create('span', 'interval', create('i', ''), create('b', ''));
  bar.ariaHidden = interval.ariaHidden = 'true';
  const cells = [create('td', 'views', views, bar), create('td', 'likes', likes), create('td', 'rate', rate, range, interval)];
  return { element: create('tr', '', rank, heading, ...cells), set: photo => {
    picture.set(photo);
    name.set(photo);
    setText(identity, idOf(photo));
    setText(reason, photo.sort === 'trend' && photo.reason ? `Viewed ${photo.reason}` : '');
    setText(place, count(photo.rank));
    const [shown, said] = moveOf(photo);
    setText(sign, shown);
    setText(words, said && `, ${said}`);
    sign.className = shown.startsWith('▲') ? 'up' : shown.startsWith('▼') ? 'down' : '';
    setCount(views, photo.views);
    setCount(likes, photo.likes);
    setText(rate, photo.views ? percent(photo.likeRate) : '–');
    setText(range, photo.views ? percentRange(photo.likeRateLow, photo.likeRateHigh) : '');
    bar.firstChild.style.width = `${100 * photo.views / photo.most}%`;
    interval.hidden = !photo.views;
    interval.firstChild.style.marginLeft = `${100 * photo.likeRateLow / photo.highest}%`;
    interval.firstChild.style.width = `${100 * (photo.likeRateHigh - photo.likeRateLow) / photo.highest}%`;
    interval.lastChild.style.left = `${100 * photo.likeRate / photo.highest}%`;
  } };
});

function turnTo(place) {
  skip = place;
  refresh();
}

function showOrder() {
  document.querySelector(`#orders input[value="${order()}"]`).checked = true;
  document.querySelectorAll('#photos th[data-sort]').forEach(heading => {
    if (heading.dataset.sort === order()) {
      heading.ariaSort = order() === 'name' ? 'ascending' : 'descending';
    } else {
      heading.removeAttribute('aria-sort');
    }
  });
  if (document.activeElement !== $('search')) {
    $('search').value = route().search ?? '';
  }
}

let typing = 0;
$('search').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => go({ search: $('search').value.slice(0, 60) || null }, { isStep: false }), 200);
});
$('orders').addEventListener('change', event => go({ sort: event.target.value }));
document.querySelectorAll('#photos th[data-sort] button').forEach(button =>
  button.addEventListener('click', () => go({ sort: button.parentElement.dataset.sort })));
$('photos-before').addEventListener('click', () => turnTo(Math.max(0, skip - pageLength)));
$('photos-after').addEventListener('click', () => turnTo(skip + pageLength));
onRouteOf([...viewParts, 'sort', 'search'], () => {
  showOrder();
  turnTo(0);
});
onRefresh(refresh, $('photos'));
showOrder();

/** Where the table is as a file. */
export const tableAddress = format => apiAddress('photos', { ...parameters(), top: 100, ...format });
