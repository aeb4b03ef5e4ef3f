export { CaseProblem, parseCases, type CasesFile } from './format.js';
export { runFile, type GroupReport } from './run.js';
export { TOPICS } from './topics/index.js';
