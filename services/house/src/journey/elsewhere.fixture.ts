import { jest } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith, freshDatabase, sharedServers, uniqueName } from '@ringfence/stack';
import { Cluster } from '../cluster/cluster.js';
import type { HouseConfig } from '../house.config.js';
import { Walk } from './walk.fixture.js';

const PARTS = ['kafka', 'postgres', 'redis'] as const;
const START_MS = 180_000;

/**
 * Lets the walks of a spec file run in a house of processes on the run's shared servers.
 *
 * @returns false when these cannot be had; the file's block is then skipped by name, or fails in CI
 */
export async function walkElsewhere(): Promise<boolean> {
  describeWith(PARTS, 'a house of processes', () => {
    it('has its servers', () => expect(Walk.elsewhere).toBeDefined());
  });
  const servers = await sharedServers(PARTS);
  if (!servers) return false;
  jest.setTimeout(START_MS);
  const { kafka, postgres, redis } = servers;
  const clusters = new Map<string, Cluster>();
  Walk.elsewhere = async (config) => {
    const known = clusters.get(config.folder);
    const cluster = known ?? (await clusterFor(config, kafka.brokers, postgres.url, redis.url));
    clusters.set(config.folder, cluster);
    await cluster.start();
    await cluster.untilOwned();
    return { url: cluster.url, close: () => cluster.stop() };
  };
  return true;
}

async function clusterFor(
  { partitions = 2, operatorPrint = '', projections }: HouseConfig,
  brokers: readonly string[],
  postgresUrl: string,
  redisUrl: string,
): Promise<Cluster> {
  return new Cluster({
    folder: await mkdtemp(join(tmpdir(), 'ringfence-cluster-')),
    partitions,
    brokers,
    topicPrefix: `${uniqueName('walk')}.`,
    databaseUrl: await freshDatabase(postgresUrl, 'walk'),
    redisUrl,
    operatorPrint,
    instances: 1,
    environment: { RINGFENCE_PROJECTIONS: projections },
  });
}
