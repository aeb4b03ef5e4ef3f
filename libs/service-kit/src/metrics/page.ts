import type { Histogram } from './histogram.js';

export type Labels = Readonly<Record<string, string | number>>;
type Kind = 'gauge' | 'counter' | 'histogram';

const PREFIX = 'ringfence_';
/** What text format of Prometheus the page is in. */
export const PAGE_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** A page of measurements in the text format of Prometheus. */
export class Page {
  readonly #families = new Map<string, string[]>();

  /** A number that goes up and down. */
  gauge(name: string, value: number, labels?: Labels): void {
    this.#family(name, 'gauge').push(lineOf(PREFIX + name, value, labels));
  }
  /** A number that only grows until the process ends; its name ends in `_total`. */
  counter(name: string, value: number, labels?: Labels): void {
    this.#family(name, 'counter').push(lineOf(PREFIX + name, value, labels));
  }
  histogram(name: string, histogram: Histogram, labels: Labels = {}): void {
    const lines = this.#family(name, 'histogram');
    const full = PREFIX + name;
    for (const { bound, count } of histogram.cumulative()) {
      lines.push(lineOf(`${full}_bucket`, count, { ...labels, le: textOf(bound) }));
    }
    lines.push(lineOf(`${full}_sum`, histogram.sum, labels));
    lines.push(lineOf(`${full}_count`, histogram.count, labels));
  }

  text(): string {
    return `${[...this.#families.values()].flat().join('\n')}\n`;
  }

  #family(name: string, kind: Kind): string[] {
    const known = this.#families.get(name);
    if (known) return known;
    const lines = [`# TYPE ${PREFIX}${name} ${kind}`];
    this.#families.set(name, lines);
    return lines;
  }
}

function lineOf(name: string, value: number, labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([label, of]) => `${label}="${escaped(String(of))}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${textOf(value)}`;
}
const textOf = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
