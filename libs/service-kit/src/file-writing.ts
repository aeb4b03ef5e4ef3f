import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

let written = 0;

/**
 * Writes a file that is there whole or not at all, and for good. Processes that write the same name
 * at once do not meet.
 */
export async function writeWhole(
  folder: string,
  name: string,
  parts: readonly Uint8Array[],
): Promise<void> {
  const made = join(folder, `${name}.${process.pid}-${++written}.tmp`);
  await write(made, parts);
  await rename(made, join(folder, name));
  await sync(folder);
}

async function write(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the rename itself durable. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
