/** One append-only sequence: a topic and one of its partitions, such as `log.accounts` 3. */
export interface Stream {
  readonly topic: string;
  readonly partition: number;
}
export const streamText = (stream: Stream): string => `${stream.topic}/${stream.partition}`;

/** One whole record as the log holds it. */
export interface Entry {
  /** dense from 0 in its stream; a log that numbers its own markers too still never repeats one */
  readonly offset: number;
  /** never changed by anyone once it was handed out */
  readonly bytes: Uint8Array;
}

/** `unknown` promises nothing: the bytes may be in the log, may come later, or may never come. */
export type AppendResult =
  | { readonly kind: 'appended'; readonly offset: number }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * An append-only log as one process sees it. It keeps bytes in order and promises no more: who may
 * write, what counts and what is a repeat is decided above it by the chain rule (`follow`).
 */
export interface Journal {
  /**
   * Adds one record at the end. `appended` means durable and readable at that offset.
   *
   * @param bytes  must not change before the answer
   * @throws JournalBroken when this journal will not work again without a person or a restart
   */
  append(stream: Stream, bytes: Uint8Array): Promise<AppendResult>;
  /**
   * @param from  first offset wanted
   * @param limitBytes  soft: at least one entry is given, however large it is
   * @returns whole entries from `from` in order, as many as suit the log; empty only at the end
   * @throws JournalBroken when what is stored there cannot be vouched for
   */
  read(stream: Stream, from: number, limitBytes?: number): Promise<readonly Entry[]>;
  /** The offset that the next record will get, as far as this process can know. */
  end(stream: Stream): Promise<number>;
  /**
   * Calls `wake` after something was appended. Only a hint: it may come for nothing or late.
   *
   * @returns stops it
   */
  watch(stream: Stream, wake: () => void): () => void;
  /** Lets go of files and connections; later calls throw `JournalClosed`. */
  close(): Promise<void>;
}

/**
 * What one `read` returns at most, when the reader does not say. Little, so that what is decoded of
 * it is folded and forgotten before the collector would have to copy it.
 */
export const READ_LIMIT_BYTES = 64 * 1024;

/** The journal stops serving: trying again cannot help, a person or a restart must. */
export class JournalBroken extends Error {
  override readonly name: string = 'JournalBroken';
}

/** The journal was closed by its own process. */
export class JournalClosed extends JournalBroken {
  override readonly name = 'JournalClosed';
}
