// The cats that rise now: the one of the moment, and the strip of the others.

import { $, create, keyed, setText } from './elements.js';
import { linkState } from './live.js';
import { counts, createName, createPhoto, idOf } from './photos.js';

const showStrip = keyed($('trending'), photo => photo.photoId, () => {
  const photo = createPhoto();
  const name = createName();
  const reason = create('p', 'reason');
  const numbers = counts();
  return { element: create('li', '', photo.element, name.element, reason, numbers.element), set: item => {
    photo.set(item);
    name.set(item);
    setText(reason, item.reason);
    numbers.set(item);
  } };
});

const starPhoto = createPhoto();
const starName = createName();
const starCounts = counts();
$('star-photo').append(starPhoto.element);
$('star-counts').replaceWith(starCounts.element);

export function showTrending({ leaderboards: { trending: [star, ...others] }, isRead, health }) {
  const none = linkState() === 'away' ? ['Not known', 'The server does not answer.']
    : !isRead ? ['Not known yet', 'The log is being read.']
    : health.faults.some(fault => fault.kind === 'stale') ? ['None', 'No events arrive, so no cat is viewed.']
    : ['None right now', 'No cat is viewed far more than usual.'];
  starPhoto.element.parentElement.classList.toggle('asleep', !star);
  starPhoto.set(star ?? { photoId: '', photoUrl: null });
  if (!star) {
    setText($('star-name'), none[0]);
  } else if (!starName.element.isConnected) {
    $('star-name').replaceChildren(starName.element);
  }
  setText($('star-id'), star ? idOf(star) : none[1]);
  setText($('star-reason'), star ? `Viewed ${star.reason}` : '');
  starCounts.element.hidden = !star;
  if (star) {
    starName.set(star);
    starCounts.set(star);
  }
  showStrip(others);
  $('trending-none').hidden = others.length > 0;
  setText($('trending-none'), star ? 'No other cat, right now.' : none[1]);
}
