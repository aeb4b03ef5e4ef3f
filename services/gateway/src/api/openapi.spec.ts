import { openApiOf } from './openapi.js';
import { READS } from './read-routes.js';
import { RESOURCES } from './resources.js';
import { STREAM } from './stream-route.js';

describe('the description of the API', () => {
  const api = JSON.parse(JSON.stringify(openApiOf(RESOURCES, READS, [STREAM]))) as {
    paths: Record<string, Record<string, { operationId: string }>>;
    components: { schemas: Record<string, { properties: object; required?: string[] }> };
  };

  it('holds every route, each under a name of its own', () => {
    const operations = Object.values(api.paths).flatMap((path) => Object.values(path));
    expect(operations).toHaveLength(RESOURCES.length + READS.length + 1);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });
  it('refers only to what it defines', () => {
    const text = JSON.stringify(api);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(api.components.schemas).toHaveProperty([name]);
    }
  });
  it('takes the form of an order from its field table', () => {
    const { properties, required } = api.components.schemas['TransferCollateral'];
    expect(Object.keys(properties)).toEqual(['id', 'type', 'from', 'to', 'asset', 'amount']);
    expect(required).toEqual(['from', 'to', 'asset', 'amount']);
  });
});
