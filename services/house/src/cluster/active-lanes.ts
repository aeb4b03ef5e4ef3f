const ACTIVE = /^ringfence_lane_active\{service="([a-z]+)",partition="(\d+)"\} 1$/;

/**
 * Lanes that a process decides for, as its own metrics say. A gateway shows what it hears of
 * others, which may be dead for a moment already: ask a service.
 *
 * @returns names such as `accounts/1`; none while it does not answer
 */
export async function activeLanes(url: string): Promise<readonly string[]> {
  try {
    const response = await fetch(`${url}/metrics`);
    return lanesIn(await response.text());
  } catch {
    return []; // it does not serve yet, or died: it decides nothing
  }
}

export const lanesIn = (page: string): readonly string[] =>
  page.split('\n').flatMap((line) => {
    const [, service, partition] = ACTIVE.exec(line) ?? [];
    return service && partition ? [`${service}/${partition}`] : [];
  });
