import { z } from 'zod';

/** One variable of the environment that does not fit. */
export interface ConfigProblem {
  readonly variable: string;
  readonly rule: string;
}

/** The environment does not describe a service: every variable that is wrong, by name. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, rule }) => `${variable}: ${rule}`).join('\n'));
  }
}

/**
 * Reads a service's configuration from the environment, once, at start.
 *
 * @param shape  what each variable must be; unknown variables are left alone
 * @throws ConfigInvalid naming every variable that is missing or wrong
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<Shape>> {
  const read = z.object(shape).safeParse(environment);
  if (read.success) return read.data;
  throw new ConfigInvalid(
    read.error.issues.map(({ path, message }) => ({ variable: path.join('.'), rule: message })),
  );
}

/** Variables that every service has. */
export const SERVICE_VARIABLES = {
  /** where the logs and snapshots are */
  RINGFENCE_FOLDER: z.string().min(1).default('./data/house'),
  RINGFENCE_PARTITIONS: z.coerce.number().int().min(1).max(64).default(1),
  RINGFENCE_HOST: z.string().min(1).default('127.0.0.1'),
  /** 0: any free port */
  RINGFENCE_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
};
export type ServiceConfig = z.infer<z.ZodObject<typeof SERVICE_VARIABLES>>;
