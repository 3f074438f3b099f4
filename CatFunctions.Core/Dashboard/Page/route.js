// What the page shows, as its own address says it. A change is a step of the history, so Back works and a view can be shared.

const names = ['window', 'from', 'to', 'photo', 'breed', 'zone', 'sort', 'search', 'race'];
const listeners = new Set();

function read() {
  const parameters = new URLSearchParams(location.search);
  return Object.fromEntries(names.map(name => [name, parameters.get(name) || null]));
}

let current = read();

/** The parts of the address, each null where it is left out. */
export const route = () => current;

/** This page with some parts of its address changed; null leaves one out. */
export function routeAddress(change) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) {
      url.searchParams.delete(name);
    } else {
      url.searchParams.set(name, value);
    }
  }
  return url;
}

/** Changes parts of the address and tells those who listen. @param options.isStep Whether Back leads to before the change. */
export function go(change, { isStep = true } = {}) {
  history[isStep ? 'pushState' : 'replaceState'](null, '', routeAddress(change));
  arrive();
}

/** Calls a listener with the parts of the address and those before, whenever they change. */
export const onRoute = listener => listeners.add(listener);

/** What the numbers depend on. */
export const viewParts = ['window', 'from', 'to', 'breed'];

/** Calls a listener whenever one of these parts of the address changes. */
export const onRouteOf = (parts, listener) =>
  onRoute((now, before) => parts.some(name => now[name] !== before[name]) && listener());

function arrive() {
  const before = current;
  current = read();
  listeners.forEach(listener => listener(current, before));
}

addEventListener('popstate', arrive);
