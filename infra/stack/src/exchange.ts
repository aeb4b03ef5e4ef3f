import * as net from 'node:net';

export const LOOPBACK = '127.0.0.1';

/**
 * One request and its answer over a TCP connection of its own.
 *
 * @param port        on the loopback address
 * @param request     sent whole as soon as the connection stands
 * @param answer      reads all bytes received so far; undefined while the answer is not whole
 * @param deadlineMs  for connecting and answering together
 * @throws Error when the connection is refused, ends early, or the deadline passes; what `answer`
 *         throws is passed on
 */
export function exchange<T>(
  port: number,
  request: Buffer,
  answer: (received: Buffer) => T | undefined,
  deadlineMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const socket = net.connect({ host: LOOPBACK, port });
    const timer = setTimeout(() => fail(new Error(`no answer in ${deadlineMs} ms`)), deadlineMs);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
    };
    const fail = (error: Error): void => {
      finish();
      reject(error);
    };
    socket.once('connect', () => socket.write(request));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('the connection ended before the answer')));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      try {
        const value = answer(received);
        if (value === undefined) return;
        finish();
        resolve(value);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}
