// Elements of the page: made, found, kept equal to a list. Texts become text nodes, whatever they hold.

import { count, exact } from './format.js';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Whether nothing may move. */
export const calm = matchMedia('(prefers-reduced-motion: reduce)');

export const $ = id => document.getElementById(id);

/** Returns a function that tells whether an element is in sight, and calls a listener when that has changed. */
export function watchSight(element, listener = () => {}) {
  let isSeen = true;
  new IntersectionObserver(entries => {
    isSeen = entries.at(-1).isIntersecting;
    listener();
  }).observe(element);
  return () => isSeen;
}

export const setText = (element, text) => {
  if (element.textContent !== text) {
    element.textContent = text;
  }
};

/** Sets a text that may be an abbreviation: the exact one is then its title, and what a screen reader reads. */
export function setExact(element, text, exactText) {
  if (text === exactText) {
    element.removeAttribute('title');
    setText(element, text);
    return;
  }
  element.title = exactText;
  if (element.firstElementChild?.textContent !== text || element.lastElementChild.textContent !== exactText) {
    const shown = create('span', '', text);
    shown.ariaHidden = 'true';
    element.replaceChildren(shown, create('span', 'unseen', exactText));
  }
}

/** Sets a number with what follows it; a text stands for a number that is not known. */
export const setCount = (element, value, suffix = '') => typeof value === 'number'
  ? setExact(element, count(value) + suffix, exact(value) + suffix)
  : setText(element, value);

export function create(name, className, ...children) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
}

export function createSvg(name, className, parent) {
  const element = document.createElementNS(svgNamespace, name);
  element.setAttribute('class', className);
  parent?.append(element);
  return element;
}

export function symbol(id) {
  const svg = createSvg('svg', '');
  svg.setAttribute('aria-hidden', 'true');
  createSvg('use', '', svg).setAttribute('href', `#${id}`);
  return svg;
}

/** A row of a table: its heading, of these parts, and a cell of each class. */
export function createRow(classes, ...parts) {
  const heading = create('th', '', ...parts);
  heading.scope = 'row';
  const cells = classes.map(name => create('td', name));
  return { element: create('tr', '', heading, ...cells), heading, cells };
}

const isInSight = ({ top, bottom }) => bottom > 0 && top < innerHeight;

/**
 * Keeps the children of a parent equal to a list: an element stays with its key, keeps its image and the
 * focus, and glides to its new place where that is in sight.
 */
export function keyed(parent, keyOf, make) {
  const kept = new Map();
  let shown = null;
  return items => {
    const before = new Map();
    const wanted = new Map(items.map(item => [keyOf(item), item]));
    const order = JSON.stringify([...wanted.keys()]);
    if (order !== shown && !calm.matches && !document.hidden) {
      for (const [name, { element }] of kept) {
        before.set(name, element.getBoundingClientRect());
      }
    }
    shown = order;
    for (const [name, { element }] of kept) {
      if (!wanted.has(name)) {
        element.remove();
        kept.delete(name);
      }
    }
    let place = parent.firstElementChild;
    for (const [name, item] of wanted) {
      const part = kept.get(name) ?? make(item);
      kept.set(name, part);
      part.set(item);
      if (part.element === place) {
        place = place.nextElementSibling;
      } else {
        parent.insertBefore(part.element, place);
      }
    }
    for (const [name, from] of before) {
      const element = kept.get(name)?.element;
      const to = element?.getBoundingClientRect();
      if (to?.width && from.width && (to.left !== from.left || to.top !== from.top) && (isInSight(from) || isInSight(to))) {
        element.animate(
          [{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: 'none' }],
          { duration: 300, easing: 'cubic-bezier(.2,.8,.2,1)' });
      }
    }
  };
}
