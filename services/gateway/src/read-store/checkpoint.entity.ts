import { EntitySchema } from 'typeorm';

/**
 * How far a log went into the read models. Moved in the transaction that writes the rows, from its
 * old value only.
 */
export interface Checkpoint {
  readonly service: string;
  readonly partition: number;
  /** as text: PostgreSQL's int8 */
  readonly seq: string;
  readonly hash: string;
}
export const CheckpointEntity = new EntitySchema<Checkpoint>({
  name: 'checkpoints',
  columns: {
    service: { type: 'text', primary: true },
    partition: { type: 'integer', primary: true },
    seq: { type: 'bigint' },
    hash: { type: 'text' },
  },
});
