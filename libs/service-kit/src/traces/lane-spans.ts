import type { Answer, Submitted } from '@ringfence/lane';
import type { LaneMeter } from '../metrics/lane-meter.js';
import type { Span, Tracer } from './tracer.js';

type Hear = (answers: readonly Answer[]) => void;

export interface LaneSpansOptions {
  readonly tracer: Tracer;
  /** `<service>/<partition>` */
  readonly lane: string;
  readonly meter: LaneMeter;
}

/**
 * Follows orders that are handed to a lane now: how long each trace waited until its last order
 * was decided, and how long the append of that record took, with its position.
 *
 * @returns takes the answers, then hands them to `hear`
 */
export function laneSpans(
  { tracer, lane, meter }: LaneSpansOptions,
  commands: readonly Submitted[],
  hear: Hear,
): Hear {
  const traced = placesByTrace(commands);
  if (traced.size === 0) return hear;
  const spans = [...traced].map(([traceparent, places]) => ({
    places,
    span: tracer.follow('decide', traceparent),
  }));
  return (answers) => {
    for (const { span, places } of spans) endWith(span, places, answers);
    hear(answers);
  };

  function endWith(span: Span, places: readonly number[], answers: readonly Answer[]): void {
    span.set({ lane, orders: places.length });
    const last = answers.at(places.at(-1) ?? 0);
    if (last?.kind !== 'answered') {
      span.set({ answer: last?.kind ?? 'none' });
      span.end();
      return;
    }
    const { seq } = last.receipt;
    span.set({ seq, answer: last.decided.outcome.kind, repeated: last.repeated });
    // the answers of a record come right after its append; a repeat's record is an old one
    if (last.repeated || seq !== meter.seq) {
      span.end();
      return;
    }
    const append = tracer.follow('append', span.traceparent, meter.begun);
    append.set({ lane, seq });
    append.end(meter.ended);
    span.end(meter.begun);
  }
}

function placesByTrace(commands: readonly Submitted[]): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  commands.forEach((submitted, place) => {
    if (submitted.command === null || submitted.trace === undefined) return;
    const known = places.get(submitted.trace);
    if (known) known.push(place);
    else places.set(submitted.trace, [place]);
  });
  return places;
}
