import type { FastifyRequest } from 'fastify';
import { readTraceparent } from '@ringfence/service-kit';

const TRACES = new WeakMap<FastifyRequest, string>();

/** A request is followed, under that `traceparent`. */
export const noteTrace = (request: FastifyRequest, traceparent: string): void =>
  void TRACES.set(request, traceparent);

/** Number of the trace that a request belongs to, ours or its sender's; for the log. */
export const traceIdOf = (request: FastifyRequest): string | undefined =>
  readTraceparent(TRACES.get(request) ?? request.headers['traceparent'])?.traceId;
