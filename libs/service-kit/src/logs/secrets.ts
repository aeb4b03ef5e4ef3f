const HIDDEN = '[secret]';
/** Shorter ones would be found inside innocent words. */
const SECRET_MIN = 6;
/** An API key on its way to the house, wherever a text quotes it. */
const BEARER = /\b(Bearer|Basic)\s+[^\s"\\]+/gi;
/** The password of a URL. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*):[^\s/@"]+@/gi;

/** Variables that hold a secret; others may hold a URL with one. */
const SECRET_VARIABLE = /(_KEY|_PASSWORD|_SECRET|_TOKEN)$/;

/**
 * The secrets that an environment holds: what variables are named for, and passwords in URLs.
 *
 * @returns each as it stands there, and as a URL spells it out
 */
export function secretsIn(environment: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = Object.entries(environment).flatMap(([name, value = '']) => {
    if (!name.startsWith('RINGFENCE_')) return [];
    return SECRET_VARIABLE.test(name) ? [value] : passwordsIn(value);
  });
  return [...new Set(secrets)].filter((secret) => secret.length >= SECRET_MIN);
}

function passwordsIn(value: string): string[] {
  if (!URL.canParse(value)) return [];
  const { password } = new URL(value);
  return password === '' ? [] : [password, decodeURIComponent(password)];
}

/** Takes secrets out of a line of JSON before it leaves the process. */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  // as JSON spells them; longer ones first, since one may be part of another
  const spelled = secrets
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .toSorted((a, b) => b.length - a.length);
  return (line) => {
    let scrubbed = line.replace(BEARER, `$1 ${HIDDEN}`).replace(URL_PASSWORD, `$1:${HIDDEN}@`);
    for (const secret of spelled) scrubbed = scrubbed.replaceAll(secret, HIDDEN);
    return scrubbed;
  };
}
