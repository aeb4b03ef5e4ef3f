import { parseArgs } from 'node:util';
import { GATEWAY_VARIABLES, gatewayConfig, type GatewayConfig } from '@ringfence/gateway';
import { readConfig, SERVICE_VARIABLES } from '@ringfence/service-kit';

/** How a house is started. */
export interface HouseConfig extends GatewayConfig {
  readonly folder: string;
  /** undefined: as the folder says */
  readonly partitions?: number;
  readonly host: string;
  /** 0: any free port */
  readonly port: number;
  /** waiting orders per lane, at most */
  readonly queueMax?: number;
  /** a lane takes a snapshot after so many events */
  readonly snapshotEvents?: number;
  readonly log?: (line: string) => void;
}

/** Options of the command line stand for variables of the environment. */
const OPTIONS = {
  folder: 'RINGFENCE_FOLDER',
  partitions: 'RINGFENCE_PARTITIONS',
  host: 'RINGFENCE_HOST',
  port: 'RINGFENCE_PORT',
  'first-key': 'RINGFENCE_OPERATOR_PRINT',
  projections: 'RINGFENCE_PROJECTIONS',
  'database-url': 'RINGFENCE_DATABASE_URL',
  'redis-url': 'RINGFENCE_REDIS_URL',
  'rate-per-second': 'RINGFENCE_RATE_PER_SECOND',
  'rate-burst': 'RINGFENCE_RATE_BURST',
  'rate-clock': 'RINGFENCE_RATE_CLOCK',
} as const;

/**
 * Reads the options, then the environment.
 *
 * @throws ConfigInvalid naming every variable that is wrong; TypeError for an unknown option
 */
export function houseConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): HouseConfig {
  const options = Object.fromEntries(
    Object.keys(OPTIONS).map((name) => [name, { type: 'string' as const }]),
  );
  const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
  const given = Object.entries(OPTIONS).flatMap(([option, variable]) => {
    const value = values[option];
    return typeof value === 'string' ? [[variable, value]] : [];
  });
  const variables = { ...environment, ...(Object.fromEntries(given) as Record<string, string>) };
  const config = readConfig({ ...SERVICE_VARIABLES, ...GATEWAY_VARIABLES }, variables);
  return {
    folder: config.RINGFENCE_FOLDER,
    partitions: variables['RINGFENCE_PARTITIONS'] ? config.RINGFENCE_PARTITIONS : undefined,
    host: config.RINGFENCE_HOST,
    port: config.RINGFENCE_PORT,
    ...gatewayConfig(config),
  };
}
