import { lineOf, type Line, type Measured, type Skipped } from './line.js';

/** How much work a run does. `quick` only shows that everything still runs. */
export interface Scale {
  readonly quick: boolean;
}
/** Picks a size. */
export const sized = ({ quick }: Scale, full: number, smoke: number): number =>
  quick ? smoke : full;

/** Takes lines as they are measured. */
export class Report {
  constructor(readonly print: (line: Line | Skipped) => void) {}

  add(measured: Measured): void {
    this.print(lineOf(measured));
  }
  skip(name: string, reason: string): void {
    this.print({ name, skipped: reason });
  }
}

/** One group of lines, measured together so that they can be compared. */
export interface Bench {
  readonly name: string;
  run(scale: Scale, report: Report): Promise<void>;
}
