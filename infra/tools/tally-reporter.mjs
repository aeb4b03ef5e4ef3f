import { writeSync } from 'node:fs';

/** How `describeWith` of infra/stack names a block whose servers cannot be had. */
const FOR_WANT = 'skipped for want of';

/**
 * Ends a test run with the line `N passed, N failed`. Jest prints its own summary after all
 * reporters, so the line is written when the process exits. Before it come, by name, the blocks
 * that were skipped because a server is not installed here: Jest itself only counts them.
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
    const blocks = results.testResults
      .flatMap((file) => file.testResults)
      .flatMap(({ status, ancestorTitles }) => (status === 'pending' ? ancestorTitles : []))
      .filter((title) => title.includes(FOR_WANT));
    const skips = [...new Set(blocks)].map((title) => `not run: ${title}\n`).join('');
    this.#line = `${skips}${results.numPassedTests} passed, ${failed} failed${tail}`;
  }
}
