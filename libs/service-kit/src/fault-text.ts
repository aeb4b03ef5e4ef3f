/** What a thrown value says, for people: faults of libraries are not always errors. */
export function faultText(fault: unknown): string {
  if (fault === undefined) return '';
  if (fault instanceof Error) return `${fault.name}: ${fault.message}`;
  return typeof fault === 'string' ? fault : (JSON.stringify(fault) ?? 'unknown');
}
