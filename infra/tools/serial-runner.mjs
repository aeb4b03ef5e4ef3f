import TestRunner from 'jest-runner';

/**
 * Runs the files of its project one after another: each starts servers and processes of its own,
 * and two such houses at once take the processors from each other's deadlines.
 */
export default class SerialRunner extends TestRunner {
  isSerial = true;
}
