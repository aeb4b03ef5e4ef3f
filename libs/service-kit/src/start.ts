import { type DynamicModule, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LaneTransport } from './lane-transport.js';

export interface StartOptions {
  readonly transport: LaneTransport;
  readonly host: string;
  /** 0: any free port */
  readonly port: number;
  readonly bodyLimitBytes?: number;
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
  const { transport, host, port, bodyLimitBytes = BODY_LIMIT_BYTES } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: ['error', 'warn'],
    abortOnError: false,
    bodyParser: false,
  });
  try {
    app.connectMicroservice({ strategy: transport });
    await app.startAllMicroservices();
    await app.listen(port, host);
    return { app, url: await app.getUrl() };
  } catch (fault) {
    await app.close();
    throw fault;
  }
}

/** Ends the process in order at the first signal; a second one ends it at once. */
export function closeOnSignal(close: () => Promise<void>): void {
  let closing = false;
  const end = (): void => {
    if (closing) process.exit(1);
    closing = true;
    close().then(
      () => process.exit(0),
      (fault: unknown) => {
        console.error(fault);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
