/** What a line of the log is about, besides its words. */
export interface About {
  /** `info` when absent */
  readonly level?: 'info' | 'warn' | 'error';
  /** `<service>/<partition>` */
  readonly lane?: string;
  /** the last record that it is about */
  readonly seq?: number;
  /** number of the trace, 32 hexadecimal digits */
  readonly trace?: string;
  /** what was thrown; only its text is written */
  readonly fault?: unknown;
}

/** Says what an operator should know. */
export type Log = (message: string, about?: About) => void;

export const SILENT: Log = () => {};
