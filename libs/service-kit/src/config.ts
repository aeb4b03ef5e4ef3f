import { z } from 'zod';
import { journalFolder } from './folders.js';
import type { JournalPlace } from './journal-place.js';

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
  /** share of requests that are traced; `off`: none, and nothing is measured for it */
  RINGFENCE_TRACE: z
    .string()
    .default('off')
    .transform((text) => (text === 'off' ? 0 : Number(text === '' ? NaN : text)))
    .refine((ratio) => ratio >= 0 && ratio <= 1, 'must be off, or a share from 0 to 1'),
  /** an OpenTelemetry collector's address for traces; without it spans are lines of the log */
  RINGFENCE_OTLP_URL: z.url().optional(),
};

const SECRET_MIN = 16;

/** Variables of processes that meet on Kafka; without brokers a house is one process. */
export const DISTRIBUTED_VARIABLES = {
  /** `host:port,host:port`: the logs are there instead of in the folder */
  RINGFENCE_KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, 'must be host:port,host:port')
    .optional(),
  RINGFENCE_KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[\w.-]{0,100}$/)
    .default(''),
  /** copies of each partition */
  RINGFENCE_KAFKA_REPLICATION: z.coerce.number().int().min(1).max(7).default(1),
  /** `on`: each record is on the broker's disk before it is acknowledged */
  RINGFENCE_KAFKA_FLUSH: z.enum(['on', 'off']).default('off'),
  RINGFENCE_KAFKA_TLS: z.enum(['on', 'off']).default('off'),
  RINGFENCE_KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  RINGFENCE_KAFKA_USERNAME: z.string().min(1).optional(),
  RINGFENCE_KAFKA_PASSWORD: z.string().min(1).optional(),
  /** number of this process among those of its service, from 0 */
  RINGFENCE_INSTANCE: z.coerce.number().int().min(0).max(63).default(0),
  RINGFENCE_INSTANCES: z.coerce.number().int().min(1).max(64).default(1),
  /** a secret that the processes of the house share: who has it may ask them for anything */
  RINGFENCE_PEER_KEY: z.string().min(SECRET_MIN).optional(),
  /** where the other processes reach this one; where it listens, when absent */
  RINGFENCE_PUBLIC_URL: z.url().optional(),
  /** a lane whose owner is silent so long is taken over, ms */
  RINGFENCE_SILENCE_MS: z.coerce.number().int().min(200).max(60_000).default(2_500),
};
export type ServiceConfig = z.infer<z.ZodObject<typeof SERVICE_VARIABLES>> &
  z.infer<z.ZodObject<typeof DISTRIBUTED_VARIABLES>>;

/**
 * What the environment says of a service.
 *
 * @throws ConfigInvalid naming every variable that is wrong
 */
export const serviceConfig = (
  environment: Readonly<Record<string, string | undefined>>,
): ServiceConfig =>
  checked(readConfig({ ...SERVICE_VARIABLES, ...DISTRIBUTED_VARIABLES }, environment));

/** @throws ConfigInvalid when variables do not fit each other */
export function checked<Config extends ServiceConfig>(config: Config): Config {
  const problems: ConfigProblem[] = [];
  const { RINGFENCE_INSTANCE: instance, RINGFENCE_INSTANCES: instances } = config;
  if (instance >= instances) {
    problems.push({ variable: 'RINGFENCE_INSTANCE', rule: 'must be below RINGFENCE_INSTANCES' });
  }
  if (config.RINGFENCE_KAFKA_BROKERS && !config.RINGFENCE_PEER_KEY) {
    const rule = 'must be given with RINGFENCE_KAFKA_BROKERS';
    problems.push({ variable: 'RINGFENCE_PEER_KEY', rule });
  }
  const { RINGFENCE_KAFKA_SASL_MECHANISM: mechanism } = config;
  const named = config.RINGFENCE_KAFKA_USERNAME && config.RINGFENCE_KAFKA_PASSWORD;
  if (mechanism && !named) {
    const rule = 'needs RINGFENCE_KAFKA_USERNAME and RINGFENCE_KAFKA_PASSWORD';
    problems.push({ variable: 'RINGFENCE_KAFKA_SASL_MECHANISM', rule });
  }
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return config;
}

/** Where the logs are, as the environment says. */
export function placeOf(config: ServiceConfig): JournalPlace {
  const brokers = config.RINGFENCE_KAFKA_BROKERS?.split(',');
  if (!brokers) return { kind: 'segments', folder: journalFolder(config.RINGFENCE_FOLDER) };
  const {
    RINGFENCE_KAFKA_SASL_MECHANISM: mechanism,
    RINGFENCE_KAFKA_USERNAME: username,
    RINGFENCE_KAFKA_PASSWORD: password,
  } = config;
  return {
    kind: 'kafka',
    brokers,
    topicPrefix: config.RINGFENCE_KAFKA_TOPIC_PREFIX,
    replication: config.RINGFENCE_KAFKA_REPLICATION,
    flushEach: config.RINGFENCE_KAFKA_FLUSH === 'on',
    tls: config.RINGFENCE_KAFKA_TLS === 'on',
    ...(mechanism && username && password ? { sasl: { mechanism, username, password } } : {}),
  };
}
