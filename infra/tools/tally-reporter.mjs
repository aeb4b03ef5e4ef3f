import { writeSync } from 'node:fs';

/**
 * Ends a test run with the line `N passed, N failed`. Jest prints its own summary after all
 * reporters, so the line is written when the process exits.
 */
export default class Tally {
  #line;

  constructor() {
    process.once('exit', () => this.#line && writeSync(1, `${this.#line}\n`));
  }

  onRunComplete(_contexts, results) {
    // Runtime error suites are files that did not load: none of their tests was counted.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const tail = skipped > 0 ? `, ${skipped} skipped` : '';
    this.#line = `${results.numPassedTests} passed, ${failed} failed${tail}`;
  }
}
