import type { Bench } from './bench.js';

/** The whole house in one process, with its public HTTP. */
const HOUSE = new URL('../../../services/house/dist/index.js', import.meta.url);

/** Orders through the public API, in batches and singly. */
export const http: Bench = {
  name: 'http',
  async run(_scale, to) {
    const house: object = await import(HOUSE.href).catch(() => ({}));
    if (!('startHouse' in house)) {
      to.skip('http.batch', 'services/house exports no startHouse');
      return;
    }
    to.skip('http.batch', 'not written yet');
  },
};
