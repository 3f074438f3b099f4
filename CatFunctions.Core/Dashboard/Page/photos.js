// Photos: their pictures, names and counts.

import { photoAddress } from './address.js';
import { create, setCount, setText, symbol } from './elements.js';
import { routeAddress } from './route.js';

const retryFirst = 5000;
const retryAtMost = 600_000;

/** The addresses that could not be loaded, with what loads them again. */
const failed = new Map();

function retry(source) {
  const failure = failed.get(source);
  if (!failure || document.hidden) {
    return;
  }
  clearTimeout(failure.timer);
  const loads = [...failure.loads];
  failure.loads.clear();
  if (!loads.map(load => load()).some(Boolean)) {
    failed.delete(source);
  }
}

function retryLater(source, load) {
  const failure = failed.get(source) ?? { attempts: 0, loads: new Set(), timer: 0, due: 0 };
  failed.set(source, failure);
  failure.loads.add(load);
  if (failure.due <= performance.now()) {
    const wait = Math.min(retryAtMost, retryFirst * 3 ** failure.attempts++);
    failure.due = performance.now() + wait;
    failure.timer = setTimeout(retry, wait, source);
  }
}

const retryAll = () => [...failed.keys()].forEach(source => {
  failed.get(source).due = 0;
  retry(source);
});

addEventListener('online', retryAll);
document.addEventListener('visibilitychange', () => [...failed].forEach(
  ([source, { due }]) => due <= performance.now() && retry(source)));

/** A photo over a drawn cat, which shows that there is no picture yet, or that it cannot be loaded now. */
export function createPhoto() {
  const element = create('span', 'photo', symbol('cat'));
  let shown;
  const drop = image => {
    image.remove();
    element.classList.remove('pictured');
  };
  const load = source => {
    const image = new Image();
    image.alt = '';
    image.loading = 'lazy';
    image.decoding = 'async';
    image.referrerPolicy = 'no-referrer';
    image.addEventListener('load', () => {
      clearTimeout(failed.get(source)?.timer);
      failed.delete(source);
      image.classList.add('loaded');
      element.classList.remove('failed');
      element.classList.add('pictured');
    });
    image.addEventListener('error', () => {
      drop(image);
      wait(source);
    });
    element.append(image);
    image.src = source;
  };
  const wait = source => {
    if (shown === source) {
      element.classList.add('failed');
      retryLater(source, () => {
        const isWanted = shown === source && element.isConnected;
        if (isWanted) {
          load(source);
        }
        return isWanted;
      });
    }
  };
  return { element, set: photo => {
    const source = photoAddress(photo.photoUrl);
    if (element.dataset.photo === photo.photoId && shown === source) {
      return;
    }
    shown = source;
    element.dataset.photo = photo.photoId;
    element.classList.remove('failed');
    element.querySelectorAll('img').forEach(drop);
    if (failed.get(source)?.due > performance.now()) {
      wait(source);
    } else if (source !== null) {
      load(source);
    }
  } };
}

export const nameOf = photo => photo.breed || photo.photoId;
export const idOf = photo => photo.breed ? photo.photoId : 'breed unknown';

/** A photo's name, which leads to the photo itself. */
export function createName() {
  const element = create('a', 'name');
  element.dir = 'auto';
  return { element, set: photo => {
    setText(element, nameOf(photo));
    element.title = nameOf(photo);
    element.dataset.photo = photo.photoId;
    element.href = routeAddress({ photo: photo.photoId });
  } };
}

/** The views and likes of a photo. */
export const counts = () => {
  const [views, likes] = ['views', 'likes'].map(name => create('span', name, symbol(name === 'views' ? 'eye' : 'heart'), create('span', '')));
  return { element: create('p', 'counts', views, likes), set: photo => {
    setCount(views.lastChild, photo.views, photo.views === 1 ? ' view' : ' views');
    setCount(likes.lastChild, photo.likes, photo.likes === 1 ? ' like' : ' likes');
  } };
};
