import { SILENT } from '../logs/log.js';
import { openTracer } from './open-tracer.js';
import { spanMemory } from './span-memory.fixture.js';
import { isSampled, readTraceparent, writeTraceparent } from './traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const HEADER = `00-${TRACE}-${SPAN}-00`;

describe('the header of a trace', () => {
  it('is read and written as W3C has it (KIT-140)', () => {
    expect(readTraceparent(HEADER)).toEqual({ traceId: TRACE, spanId: SPAN });
    expect(writeTraceparent({ traceId: TRACE, spanId: SPAN })).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(readTraceparent(`01-${TRACE}-${SPAN}-01-later`)).toBeDefined();
  });

  it.each([
    undefined,
    '',
    'nonsense',
    ['00', TRACE],
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
  ])('is left alone when it is %j (KIT-141)', (text) =>
    expect(readTraceparent(text)).toBeUndefined(),
  );

  it('belongs to a share of all by its number (KIT-142)', () => {
    const of = (tail: string) => ({ traceId: `${'a'.repeat(20)}${tail}` });
    expect(isSampled(of('7fffffffffff'), 0.5)).toBe(true);
    expect(isSampled(of('800000000000'), 0.5)).toBe(false);
    expect(isSampled(of('ffffffffffff'), 1)).toBe(true);
  });
});

describe('a tracer', () => {
  it('goes on with the trace of its caller, whose flag it does not need (KIT-143)', () => {
    const { tracer, spans } = spanMemory();
    const request = tracer.begin('request', HEADER);
    const part = tracer.follow('decide', request?.traceparent ?? '', performance.now() - 100);
    part.set({ lane: 'accounts/0', seq: 7 });
    part.end(performance.now() - 40);
    request?.end();
    const [decide, asked] = spans();
    expect(asked).toMatchObject({ name: 'request', traceId: TRACE, parent: SPAN });
    expect(decide).toMatchObject({ name: 'decide', traceId: TRACE, parent: asked.spanId });
    expect(decide.facts).toEqual({ lane: 'accounts/0', seq: 7 });
    expect(decide.ms).toBeGreaterThan(50);
    expect(decide.ms).toBeLessThan(70);
  });

  it('begins a trace of its own for anything else (KIT-144)', () => {
    const { tracer, spans } = spanMemory();
    tracer.begin('request', 'nonsense')?.end();
    expect(spans()).toMatchObject([{ name: 'request', parent: undefined }]);
  });

  it('measures no more than its share, whatever the caller wishes (KIT-145)', () => {
    const { tracer } = spanMemory(0.5);
    const wished = (tail: string) => `00-${'a'.repeat(20)}${tail}-${SPAN}-01`;
    expect(tracer.begin('request', wished('7fffffffffff'))).toBeDefined();
    expect(tracer.begin('request', wished('800000000000'))).toBeUndefined();
  });

  it('is not there when tracing is off; else spans are lines of the log (KIT-146)', async () => {
    expect(await openTracer({ RINGFENCE_TRACE: 0 }, 'gateway', SILENT)).toBeUndefined();
    const said: [string, string | undefined][] = [];
    const log = (message: string, about?: { trace?: string }) =>
      void said.push([message, about?.trace]);
    const tracer = await openTracer({ RINGFENCE_TRACE: 1 }, 'gateway', log);
    const span = tracer?.begin('request', HEADER);
    span?.set({ seq: 3 });
    span?.end();
    await tracer?.close();
    expect(said).toEqual([[expect.stringMatching(/^span request: [\d.]+ ms seq=3$/), TRACE]]);
  });
});
