// The boards: the best photos, those that rise, the breeds.

import { $, create, keyed, setText } from './elements.js';
import { count, percent } from './format.js';
import { counts, createPhoto, idOf, nameOf } from './photos.js';

const breedRows = 8;

function board(id, valueOf, shareOf) {
  const show = keyed($(id), photo => photo.photoId, () => {
    const photo = createPhoto();
    const [name, identity, value, track] = [
      create('p', 'name'), create('p', 'id'), create('p', 'value'), create('span', 'track', create('i', ''))];
    return { element: create('li', '', photo.element, name, identity, value, track), set: item => {
      photo.set(item);
      setText(name, nameOf(item));
      setText(identity, idOf(item));
      setText(value, valueOf(item));
      track.firstChild.style.transform = `scaleX(${item.share})`;
    } };
  });
  return photos => {
    const most = Math.max(...photos.map(shareOf), 0);
    show(photos.map(photo => ({ ...photo, share: most ? shareOf(photo) / most : 0 })));
    $(id).nextElementSibling.hidden = photos.length > 0;
  };
}

export const showMostViewed = board('most-viewed', photo => count(photo.views), photo => photo.views);
export const showMostLiked = board('most-liked', photo => count(photo.likes), photo => photo.likes);
export const showBestRated = board('best-rated', photo => percent(photo.score), photo => photo.score);

const showStrip = keyed($('trending'), photo => photo.photoId, () => {
  const photo = createPhoto();
  const [name, reason] = [create('p', 'name'), create('p', 'reason')];
  const numbers = counts();
  return { element: create('li', '', photo.element, name, reason, numbers.element), set: item => {
    photo.set(item);
    setText(name, nameOf(item));
    setText(reason, item.reason);
    numbers.set(item);
  } };
});

const starPhoto = createPhoto();
const starCounts = counts();
$('star-photo').append(starPhoto.element);
$('star-counts').replaceWith(starCounts.element);

export function showTrending([star, ...others]) {
  starPhoto.set(star ?? { photoId: '', photoUrl: null });
  setText($('star-name'), star ? nameOf(star) : 'None right now');
  setText($('star-id'), star ? idOf(star) : 'No cat is viewed far more than usual.');
  setText($('star-reason'), star ? `Viewed ${star.reason}` : '');
  starCounts.element.hidden = !star;
  if (star) {
    starCounts.set(star);
  }
  showStrip(others);
  $('trending').nextElementSibling.hidden = others.length > 0;
}

const showBreedRows = keyed($('breeds'), row => row.breed, () => {
  const name = create('span', 'name');
  const track = create('span', 'track', create('i', ''), create('i', ''));
  track.style.display = 'block';
  name.style.display = 'block';
  const heading = create('th', '', name, track);
  heading.scope = 'row';
  const cells = Array.from({ length: 4 }, () => create('td', ''));
  return { element: create('tr', '', heading, ...cells), set: row => {
    setText(name, row.breed);
    track.firstChild.style.transform = `scaleX(${row.viewShare})`;
    track.lastChild.style.transform = `scaleX(${row.likeShare})`;
    [count(row.photos), count(row.views), count(row.likes), percent(row.likeRate)]
      .forEach((text, i) => setText(cells[i], text));
  } };
});

export function showBreeds(breeds) {
  const rows = breeds.slice(0, breedRows);
  const most = Math.max(...rows.map(row => row.views), 1);
  showBreedRows(rows.map(row => ({ ...row, viewShare: row.views / most, likeShare: row.likes / most })));
  $('breeds').parentElement.hidden = rows.length === 0;
  $('breeds').parentElement.nextElementSibling.hidden = rows.length > 0;
}
