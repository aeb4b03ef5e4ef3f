/** What Node writes with `--cpu-prof`; times in µs of the system's monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  /** ids of nodes */
  readonly samples: readonly number[];
  /** µs from each sample to the one before, the first from `startTime` */
  readonly timeDeltas: readonly number[];
}
interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
}

const IDLE = '(idle)';
/** What the engine says when no JavaScript runs. */
const ENGINE: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'collector'],
  ['(program)', 'native'],
  ['(root)', 'native'],
]);

/** The package that a function of a profile belongs to: of ours, of the registry, or Node's. */
export function packageOf({ functionName, url }: ProfileNode['callFrame']): string {
  const engine = ENGINE.get(functionName);
  if (engine !== undefined) return engine;
  if (url === '') return 'native';
  if (url.startsWith('node:')) return 'node';
  const installed = url.lastIndexOf('/node_modules/');
  if (installed >= 0) {
    const [scope, name] = url.slice(installed + '/node_modules/'.length).split('/');
    return scope.startsWith('@') ? `${scope}/${name}` : scope;
  }
  const [, own] = /\/((?:libs\/domain|libs|services|infra)\/[^/]+)\/dist\//.exec(url) ?? [];
  return own ?? 'native';
}

/**
 * Self time by package between two moments of the monotonic clock.
 *
 * @returns µs by package, the idle left out
 */
export function selfTimes(profile: CpuProfile, from: number, to: number): Map<string, number> {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let at = profile.startTime;
  profile.timeDeltas.forEach((delta, no) => {
    at += delta;
    const frame = frames.get(profile.samples[no]);
    if (at < from || at > to || !frame || frame.functionName === IDLE) return;
    const name = packageOf(frame);
    times.set(name, (times.get(name) ?? 0) + delta);
  });
  return times;
}

/** Now, on the clock of the profiles: it is the same for all processes of a machine. */
export const profileClock = (): number => Number(process.hrtime.bigint() / 1000n);
