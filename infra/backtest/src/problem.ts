/** What was given cannot be used: the message names the file or argument and the rule. */
export class BacktestProblem extends Error {
  override readonly name = 'BacktestProblem';
}
