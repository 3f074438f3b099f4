// The breeds, and the filter by one of them over everything.

import { $, create, createRow, keyed, setCount, setText } from './elements.js';
import { count, percent } from './format.js';
import { go, onRoute, route } from './route.js';

const few = 8;
let report = null;
let isAll = false;

const showRows = keyed($('breeds'), row => row.breed, () => {
  const name = create('button', 'name');
  name.type = 'button';
  name.dir = 'auto';
  const track = create('span', 'track', create('i', ''), create('i', ''));
  const { element, cells } = createRow(['', '', '', ''], name, track);
  return { element, set: row => {
    setText(name, row.breed);
    name.title = `Only ${row.breed}`;
    name.value = row.breed;
    name.ariaPressed = String(row.breed === route().breed);
    track.firstChild.style.width = `${100 * row.views / row.most}%`;
    track.lastChild.style.width = `${100 * row.likes / row.most}%`;
    [row.photos, row.views, row.likes].forEach((value, i) => setCount(cells[i], value));
    setText(cells[3], percent(row.likeRate));
  } };
});

export function showBreeds(newest) {
  report = newest;
  const { breeds, breedCount } = report;
  const rows = isAll ? breeds : breeds.slice(0, few);
  const most = Math.max(...rows.map(row => row.views), 1);
  showRows(rows.map(row => ({ ...row, most })));
  $('breeds').parentElement.hidden = rows.length === 0;
  $('breeds-none').hidden = rows.length > 0;
  $('breeds-more').hidden = breedCount <= few;
  setText($('breeds-place'), `${count(rows.length)} of ${count(breedCount)}`);
  setText($('breeds-all'), isAll ? 'Show fewer' : 'Show all');
  $('breeds-all').ariaExpanded = String(isAll);
}

function showFilter() {
  const { breed } = route();
  $('filter').hidden = !breed;
  setText($('filter-breed'), breed ?? '');
}

$('breeds').addEventListener('click', event => {
  const breed = event.target.closest('button')?.value;
  if (breed !== undefined) {
    go({ breed: breed === route().breed ? null : breed });
  }
});
$('breeds-all').addEventListener('click', () => {
  isAll = !isAll;
  showBreeds(report);
});
$('filter-clear').addEventListener('click', () => {
  go({ breed: null });
  $('photos-title').focus();
});
onRoute(showFilter);
showFilter();
