import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { problem, PROBLEM_MEDIA_TYPE, type ProblemDetails } from '@ringfence/service-kit';
import { Refused } from './callers.js';
import { traceIdOf } from './request-trace.js';

/** What Fastify itself refuses, in the words of the API. */
const BY_FASTIFY: Readonly<Record<string, ProblemDetails>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: problem('body-too-large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problem('unsupported-media-type'),
  FST_ERR_CTP_EMPTY_JSON_BODY: problem('malformed-json', { detail: 'the body is empty' }),
};

/** A body that is not JSON. */
class MalformedJson extends Error {
  override readonly name = 'MalformedJson';
}

/** Hears of a fault of the house, and of the trace that met it. */
export type FaultHearer = (fault: unknown, trace?: string) => void;

/**
 * Serves the API below `/v1` on its own terms: plain JSON in, problems of RFC 9457 out, nothing of
 * another framework on the way of an order.
 */
export function serveApi(
  server: FastifyInstance,
  routes: (scope: FastifyInstance) => void,
  onFault: FaultHearer,
): void {
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, parsed) => {
      try {
        parsed(null, JSON.parse(body as string));
      } catch (cause) {
        parsed(new MalformedJson(String(cause)), undefined);
      }
    });
    scope.setErrorHandler((fault: FastifyError, request, reply) => {
      void answerFault(reply, fault, (heard) => onFault(heard, traceIdOf(request)));
    });
    routes(scope);
    done();
  });
}

function answerFault(
  reply: FastifyReply,
  fault: FastifyError,
  onFault: (fault: unknown) => void,
): FastifyReply {
  if (fault instanceof Refused) {
    if (fault.retryAfterSeconds !== undefined) {
      reply.header('retry-after', fault.retryAfterSeconds);
    }
    return answerProblem(reply, fault.problem);
  }
  if (fault instanceof MalformedJson) {
    return answerProblem(reply, problem('malformed-json', { detail: fault.message }));
  }
  const known = BY_FASTIFY[fault.code];
  if (known) return answerProblem(reply, known);
  if ((fault.statusCode ?? 500) < 500) {
    return answerProblem(reply, problem('invalid-request', { detail: fault.message }));
  }
  onFault(fault);
  return answerProblem(reply, problem('internal-error'));
}

export const answerProblem = (reply: FastifyReply, details: ProblemDetails): FastifyReply =>
  reply.code(details.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(details));
