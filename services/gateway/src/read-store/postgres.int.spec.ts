import { createServer, type AddressInfo, type Server } from 'node:net';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { postgresOptions } from './postgres.js';
import { databaseAt } from './postgres.fixture.js';

/** A message of PostgreSQL's protocol. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}
const GREETING = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const GOING_DOWN = message('E', Buffer.from('SFATAL\0C57P01\0Mgoing down\0\0'));

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined); // the client hangs up as it likes
    socket.once('data', () => socket.end(Buffer.concat([GREETING, READY, GOING_DOWN])));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `postgres://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/nowhere`;
});
afterAll(() => new Promise((closed) => server.close(closed)));

it('a server that greets and is gone fails what was asked, not the process', async () => {
  for (let attempt = 0; attempt < 20; attempt++) {
    const source = new DataSource(postgresOptions(databaseAt(url)) as DataSourceOptions);
    await expect(source.initialize()).rejects.toThrow(/going down|not queryable|terminated/i);
  }
});
