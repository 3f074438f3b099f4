// Addresses of this server, with the function key that this script was loaded with; and of photos, which may be anywhere.

const here = new URL(import.meta.url);
const key = here.searchParams.get('code');

/** An address beside this script. */
export function address(path, parameters = {}) {
  const url = new URL(path, here.origin + here.pathname);
  for (const [name, value] of Object.entries(parameters)) {
    url.searchParams.set(name, value);
  }
  if (key !== null) {
    url.searchParams.set('code', key);
  }
  return url;
}

/** The address of something in the API, such as analytics. */
export const apiAddress = (path, parameters) => address(`../../${path}`, parameters);

/** The address to load a photo from; null for all but https and our own samples. */
export function photoAddress(url) {
  const sample = /^sample:([a-z0-9][a-z0-9-]{0,63})$/.exec(url);
  if (sample) {
    return address(`samples/${sample[1]}`).href;
  }
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null;
  return parsed?.protocol === 'https:' && !parsed.username && !parsed.password ? parsed.href : null;
}
