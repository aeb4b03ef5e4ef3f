/** A guarantee of DESIGN section 10. */
export type Guarantee = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** A guarantee that the records do not keep: which rule of it, and the figures. */
export interface Violation {
  readonly guarantee: Guarantee;
  readonly rule: string;
  readonly detail: string;
}

/** One broken rule breaks many after it: what comes after so many says nothing new. */
const FINDINGS_MAX = 200;

/** What the auditor found so far. */
export class Findings {
  readonly all: Violation[] = [];

  report(guarantee: Guarantee, rule: string, detail: string): void {
    if (this.all.length < FINDINGS_MAX) this.all.push({ guarantee, rule, detail });
  }
  /** Reports unless the rule holds. @returns whether it holds */
  expect(holds: boolean, guarantee: Guarantee, rule: string, detail: () => string): boolean {
    if (!holds) this.report(guarantee, rule, detail());
    return holds;
  }
}
