// Jest runs this once, and only when specs of the project `int` are going to run.
import { openSharedStack } from '../stack/dist/index.js';

export default async function setup() {
  const stack = await openSharedStack((line) => console.error(`stack: ${line}`));
  process.env.RINGFENCE_STACK = JSON.stringify(stack.offer);
  globalThis.ringfenceStack = stack;
}
