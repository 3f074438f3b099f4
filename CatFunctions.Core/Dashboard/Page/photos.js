// Photos: their pictures, names and counts.

import { photoAddress } from './address.js';
import { create, setText, symbol } from './elements.js';
import { plural } from './format.js';

const unloadable = new Set();

/** One of the six coats of page.css, always the same for a photo. */
const coatOf = id => ([...id].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0), 16_777_619), 0x811c9dc5) >>> 8) % 6;

/** A photo over a drawn cat, which shows until the photo has loaded, and permanently if it cannot. */
export function createPhoto() {
  const element = create('span', 'photo', symbol('cat'));
  let shown;
  const drop = image => {
    image.remove();
    element.classList.remove('pictured');
  };
  return { element, set: photo => {
    const source = photoAddress(photo.photoUrl);
    if (element.dataset.photo === photo.photoId && shown === source) {
      return;
    }
    shown = source;
    element.dataset.photo = photo.photoId;
    element.dataset.coat = coatOf(photo.photoId);
    element.querySelectorAll('img').forEach(drop);
    if (source === null || unloadable.has(source)) {
      return;
    }
    const image = new Image();
    image.alt = '';
    image.loading = 'lazy';
    image.decoding = 'async';
    image.referrerPolicy = 'no-referrer';
    image.addEventListener('load', () => {
      image.classList.add('loaded');
      element.classList.add('pictured');
    });
    image.addEventListener('error', () => {
      unloadable.add(source);
      drop(image);
    });
    element.append(image);
    image.src = source;
  } };
}

export const nameOf = photo => photo.breed || photo.photoId;
export const idOf = photo => photo.breed ? photo.photoId : 'breed unknown';

/** The views and likes of a photo. */
export const counts = () => {
  const views = create('span', 'views', symbol('eye'), create('span', ''));
  const likes = create('span', 'likes', symbol('heart'), create('span', ''));
  return { element: create('p', 'counts', views, likes), set: photo => {
    setText(views.lastChild, plural(photo.views, 'view'));
    setText(likes.lastChild, plural(photo.likes, 'like'));
  } };
};
