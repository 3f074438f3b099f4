// Elements of the page: made, found, kept equal to a list. Texts become text nodes, whatever they hold.

const svgNamespace = 'http://www.w3.org/2000/svg';

/** Whether nothing may move. */
export const calm = matchMedia('(prefers-reduced-motion: reduce)');

export const $ = id => document.getElementById(id);

export const setText = (element, text) => {
  if (element.textContent !== text) {
    element.textContent = text;
  }
};

/** Counts an element's number up or down to a new one. */
const moving = new WeakMap();
export function setNumber(element, value, format) {
  const before = moving.get(element);
  if (before?.target === value) {
    return;
  }
  cancelAnimationFrame(before?.frame);
  const from = before?.shown ?? value;
  const state = { target: value, shown: from, frame: 0 };
  moving.set(element, state);
  if (from === value || calm.matches || document.hidden) {
    state.shown = value;
    setText(element, format(value));
    return;
  }
  const began = performance.now();
  const step = now => {
    const part = Math.min(1, Math.max(0, (now - began) / 600));
    state.shown = part === 1 ? value : from + (value - from) * (1 - (1 - part) ** 3);
    setText(element, format(state.shown));
    if (part < 1) {
      state.frame = requestAnimationFrame(step);
    }
  };
  state.frame = requestAnimationFrame(step);
}

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

/**
 * Keeps the children of a parent equal to a list: an element stays with its key, keeps its image and the
 * focus, and glides to its new place.
 */
export function keyed(parent, keyOf, make) {
  const kept = new Map();
  return items => {
    const before = new Map();
    if (!calm.matches && !document.hidden) {
      for (const [name, { element }] of kept) {
        before.set(name, element.getBoundingClientRect());
      }
    }
    const wanted = new Map(items.map(item => [keyOf(item), item]));
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
      if (to?.width && from.width && (to.left !== from.left || to.top !== from.top) && Math.abs(to.top - from.top) < 800) {
        element.animate(
          [{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: 'none' }],
          { duration: 420, easing: 'cubic-bezier(.2,.8,.2,1)' });
      }
    }
  };
}
