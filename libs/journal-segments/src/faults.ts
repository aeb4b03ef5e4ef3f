import { JournalBroken, type Stream, streamText } from '@ringfence/journal';

/**
 * Stored bytes do not verify, and no interrupted write explains it: part of the truth cannot be
 * vouched for. A person must look; restoring the file from a copy mends it.
 */
export class LogDamaged extends JournalBroken {
  override readonly name = 'LogDamaged';
  constructor(
    readonly stream: Stream,
    /** first record that cannot be vouched for */
    readonly offset: number,
    /** file and byte where it was expected */
    readonly place: { readonly file: string; readonly position: number },
    why: string,
  ) {
    const { file, position } = place;
    super(`${streamText(stream)}: record ${offset} in ${file} at byte ${position}: ${why}`);
  }
}

/** Another process writes in this folder. */
export class FolderInUse extends JournalBroken {
  override readonly name = 'FolderInUse';
  constructor(
    readonly folder: string,
    readonly pid: number,
  ) {
    super(
      `${folder} is being written by process ${pid}; one process writes a folder of segments: ` +
        'stop that one, or open the folder with readOnly',
    );
  }
}

/** The folder was opened for reading only. */
export class ReadOnlyJournal extends JournalBroken {
  override readonly name = 'ReadOnlyJournal';
}
