const LOOK_MS = 25;

/** Waits for a condition. @throws with `what` when it does not hold within `ms` */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms: number,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}, within ${ms} ms`);
    await new Promise((resume) => setTimeout(resume, LOOK_MS));
  }
}
