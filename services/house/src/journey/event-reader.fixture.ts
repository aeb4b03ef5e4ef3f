import type { Json, Walk } from './walk.fixture.js';

const WAIT_MS = 20_000;

/** One event of a stream. */
export interface Heard {
  readonly id: string;
  readonly event: string;
  readonly data: Json;
}

/** A client of `/v1/stream` that keeps what it hears. */
export class EventReader {
  readonly heard: Heard[] = [];
  status = 0;
  ended = false;
  readonly #abort = new AbortController();
  #wake: () => void = () => undefined;

  static async open(walk: Walk, topics: string, as: string, lastEventId?: string) {
    const reader = new EventReader();
    const headers = {
      authorization: `Bearer ${as}`,
      ...(lastEventId && { 'last-event-id': lastEventId }),
    };
    const response = await fetch(`${walk.house.url}/v1/stream?topics=${topics}`, {
      headers,
      signal: reader.#abort.signal,
    });
    reader.status = response.status;
    if (response.status === 200 && response.body) void reader.#read(response.body);
    return reader;
  }
  get lastId(): string {
    return this.heard.findLast(({ id }) => id !== '')?.id ?? '';
  }
  of(event: string): readonly Heard[] {
    return this.heard.filter((each) => each.event === event);
  }
  /** Waits until something holds of what was heard. */
  async until(holds: () => boolean): Promise<void> {
    const end = performance.now() + WAIT_MS;
    while (!holds()) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`not heard: ${JSON.stringify(this.heard.slice(-5))}`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resume) => {
        this.#wake = resume;
        timer = setTimeout(resume, left);
      });
      clearTimeout(timer);
    }
  }
  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) this.#take(part);
        this.#wake();
      }
    } catch {
      // whoever closed it, or the house that ended, is what the test is about
    }
    this.ended = true;
    this.#wake();
  }
  #take(part: string): void {
    const fields = new Map<string, string>();
    for (const line of part.split('\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const event = fields.get('event');
    if (event === undefined) return;
    const data = JSON.parse(fields.get('data') ?? '{}') as Json;
    this.heard.push({ id: fields.get('id') ?? '', event, data });
  }
}
