import { flushCompileCache, getCompileCacheDir } from 'node:module';
import { type DynamicModule, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LaneTransport } from './lane-transport.js';
import { SILENT, type Log } from './logs/log.js';
import { nestLog } from './logs/nest-log.js';

export interface StartOptions {
  readonly transport: LaneTransport;
  readonly host: string;
  /** 0: any free port */
  readonly port: number;
  readonly bodyLimitBytes?: number;
  readonly log?: Log;
}
export interface Started {
  readonly app: INestApplication;
  /** where it listens */
  readonly url: string;
}

const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

/**
 * Starts a Nest application on Fastify whose services listen to orders of the transport; serves
 * once its lanes decide.
 */
export async function startApp(root: DynamicModule, options: StartOptions): Promise<Started> {
  const { transport, host, port, bodyLimitBytes = BODY_LIMIT_BYTES, log = SILENT } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLog(log),
    abortOnError: false,
    bodyParser: false,
  });
  try {
    app.connectMicroservice({ strategy: transport });
    await app.startAllMicroservices();
    await app.listen(port, host);
    // a process that is killed keeps nothing otherwise, and its next start compiles all again
    if (getCompileCacheDir() !== undefined) flushCompileCache();
    return { app, url: await app.getUrl() };
  } catch (fault) {
    await app.close();
    throw fault;
  }
}

/** Longer than any append in flight may take; what is open then is as after a kill: no harm. */
const CLOSE_MS = 15_000;

/**
 * Ends the process in order at the first signal, with status 0; a second signal, or an end that
 * takes too long, ends it at once with 1. Nothing depends on an end in order.
 */
export function closeOnSignal(log: Log, close: () => Promise<void>): void {
  let closing = false;
  const end = (signal: NodeJS.Signals): void => {
    if (closing) process.exit(1);
    closing = true;
    log(`ends at ${signal}`);
    setTimeout(() => {
      log('does not end in time', { level: 'error' });
      process.exit(1);
    }, CLOSE_MS).unref();
    close().then(
      () => process.exit(0),
      (fault: unknown) => {
        log('does not end in order', { level: 'error', fault });
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
