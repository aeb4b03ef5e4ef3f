import { randomBytes } from 'node:crypto';
import { exchange } from './exchange.js';

const PROTOCOL_3 = 196_608;
const QUERY_DEADLINE_MS = 10_000;
const [ERROR, ROW, READY] = ['E', 'D', 'Z'];

interface Answer {
  rows: (string | null)[][];
}

/**
 * Runs SQL over a connection of its own, by PostgreSQL's simple protocol, so that the stack needs
 * no client library. For a server that trusts its loopback connections, as ours does.
 *
 * @param url  `postgres://user@127.0.0.1:port/database`
 * @returns the rows of all statements, each value as PostgreSQL writes it
 * @throws Error with PostgreSQL's own message
 */
export async function query(
  url: string,
  sql: string,
  deadlineMs = QUERY_DEADLINE_MS,
): Promise<(string | null)[][]> {
  const { username, pathname, port } = new URL(url);
  const request = Buffer.concat([
    startup({
      user: decodeURIComponent(username),
      database: decodeURIComponent(pathname.slice(1)),
    }),
    message('Q', Buffer.from(`${sql}\0`)),
    message('X', Buffer.alloc(0)),
  ]);
  return (await exchange(Number(port), request, answerIn, deadlineMs)).rows;
}

/**
 * Makes an empty database for one spec, so that specs share a server without meeting.
 *
 * @param url     of any database of the server, by a user who may make databases
 * @param prefix  [a-z0-9_]+, the beginning of its name
 * @returns the url of the new database
 */
export async function freshDatabase(url: string, prefix = 'spec'): Promise<string> {
  const name = uniqueName(prefix);
  await query(url, `CREATE DATABASE "${name}"`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

/** A name that no other spec uses: for a database, the prefix of topics, the prefix of keys. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

/** Reads the answer to a startup and one query sent together: whole at the second "ready". */
export function answerIn(received: Buffer): Answer | undefined {
  const rows: (string | null)[][] = [];
  let ready = 0;
  let at = 0;
  while (at + 5 <= received.length) {
    const end = at + 1 + received.readInt32BE(at + 1);
    if (end > received.length) return undefined;
    const type = String.fromCharCode(received[at]);
    const body = received.subarray(at + 5, end);
    if (type === ERROR) throw new Error(errorText(body));
    if (type === ROW) rows.push(rowIn(body));
    if (type === READY) ready += 1;
    if (ready === 2) return { rows };
    at = end;
  }
  return undefined;
}

function startup(options: Record<string, string>): Buffer {
  const text = Object.entries(options).flat().join('\0');
  const body = Buffer.from(`${text}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(PROTOCOL_3, 4);
  return Buffer.concat([head, body]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

function rowIn(body: Buffer): (string | null)[] {
  let at = 2;
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return body.toString('utf8', at - length, at);
  });
}

/** An error is fields of one letter and a text each; M is the sentence. */
function errorText(body: Buffer): string {
  const fields = body.toString('utf8').split('\0');
  const sentence = fields.find((field) => field.startsWith('M'));
  return sentence ? sentence.slice(1) : 'an error without a message';
}
