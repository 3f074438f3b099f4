// Dialogs that are parts of the address: Back closes them, and a link opens them.

import { $ } from './elements.js';
import { go, onRoute, route } from './route.js';

/** @param name The part of the address, and the id of the dialog. @param show Fills it, with the part's value; not called with null. */
export function routedDialog(name, show) {
  const dialog = $(name);
  let isOurStep = false;

  // Back, if it was opened from this page: so no step is left behind.
  const close = () => isOurStep ? history.back() : go({ [name]: null });

  const arrive = () => {
    const value = route()[name];
    if (value === null) {
      dialog.close();
    } else {
      const isNew = !dialog.open;
      if (isNew) {
        dialog.showModal();
      }
      show(value, isNew);
    }
  };

  dialog.addEventListener('cancel', event => {
    event.preventDefault();
    close();
  });
  dialog.addEventListener('click', ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    const isBeside = clientX < left || clientX > right || clientY < top || clientY > bottom;
    if (target === dialog && isBeside) {
      close();
    }
  });
  dialog.querySelector('.close').addEventListener('click', close);
  onRoute((now, before) => {
    isOurStep &&= now[name] !== null;
    if (now[name] !== before[name]) {
      arrive();
    }
  });
  return { arrive, open: value => {
    isOurStep = true;
    go({ [name]: value });
  } };
}
