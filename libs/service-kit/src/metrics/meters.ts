import type { Page } from './page.js';

/** Writes what something measured on a page. */
export type Meter = (page: Page) => void;

/** What a process measures besides its lanes and itself. */
export class Meters {
  readonly all: Meter[] = [];

  join(meter: Meter): void {
    this.all.push(meter);
  }
}
