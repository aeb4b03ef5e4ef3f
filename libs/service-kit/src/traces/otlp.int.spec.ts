import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { SILENT } from '../logs/log.js';
import { openTracer } from './open-tracer.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

/** What a collector is sent, as far as it matters here. */
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly object[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly name: string; readonly traceId: string }[];
    }[];
  }[];
}

it('hands its spans to a collector before it ends (KIT-147)', async () => {
  const heard: Sent[] = [];
  const collector = createServer((request, response) => {
    void json(request).then((sent) => {
      heard.push(sent as Sent);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const config = { RINGFENCE_TRACE: 1, RINGFENCE_OTLP_URL: url };
  const tracer = await openTracer(config, 'accounts', SILENT);
  const span = tracer?.begin('decide', `00-${TRACE}-b7ad6b7169203331-01`);
  span?.set({ lane: 'accounts/0', seq: 7 });
  span?.end();
  await tracer?.close();
  const [{ resource, scopeSpans }] = heard.flatMap(({ resourceSpans }) => resourceSpans);
  expect(resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'ringfence-accounts' },
  });
  expect(scopeSpans[0].spans).toMatchObject([{ name: 'decide', traceId: TRACE }]);
  collector.closeAllConnections();
  collector.close();
  await once(collector, 'close');
}, 20_000);

it('ends in time when the collector takes nothing (KIT-148)', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const config = { RINGFENCE_TRACE: 1, RINGFENCE_OTLP_URL: url };
  const tracer = await openTracer(config, 'accounts', SILENT);
  tracer?.begin('decide')?.end();
  const began = performance.now();
  await tracer?.close();
  expect(performance.now() - began).toBeLessThan(8_000);
  silent.closeAllConnections();
  silent.close();
  await once(silent, 'close');
}, 20_000);
