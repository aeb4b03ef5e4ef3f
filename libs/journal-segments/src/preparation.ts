import type { Files } from './files.js';
import { segmentPath } from './segments.js';

/** Zeros are written in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(PIECE_BYTES);
export const DRAFT = '.draft';

/**
 * Makes a segment file ahead of its use: zeros that really occupy the disk, so that a record
 * written into it changes no length and needs no space. It takes its name only when it is whole.
 */
export async function prepareSegment(
  files: Files,
  folder: string,
  { number, bytes }: { readonly number: number; readonly bytes: number },
): Promise<void> {
  files.makeFolder(folder);
  const path = segmentPath(folder, number);
  const draft = `${path}${DRAFT}`;
  files.remove(draft);
  const file = files.open(draft, 'create');
  try {
    for (let position = 0; position < bytes;) {
      const piece = ZEROS.subarray(0, Math.min(PIECE_BYTES, bytes - position));
      position += await writeSome(files, file, piece, position);
    }
    await files.syncLater(file);
  } catch (fault) {
    files.close(file);
    files.remove(draft);
    throw fault;
  }
  files.close(file);
  files.rename(draft, path);
  files.syncFolder(folder);
}

/** @throws when nothing could be written, which some full disks say with a zero */
async function writeSome(
  files: Files,
  file: number,
  bytes: Uint8Array,
  position: number,
): Promise<number> {
  const written = await files.writeLater(file, bytes, position);
  if (written === 0) throw new Error('the disk took nothing');
  return written;
}

/** Writes all, however often the disk takes only a part. */
export async function writeAllLater(
  files: Files,
  file: number,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await writeSome(files, file, bytes.subarray(done), position + done);
  }
}

/** Writes all at once, blocking. */
export function writeAll(files: Files, file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    const written = files.write(file, bytes.subarray(done), position + done);
    if (written === 0) throw new Error('the disk took nothing');
    done += written;
  }
}
