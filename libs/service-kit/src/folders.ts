/** Where the logs are below a house's folder, and the snapshots. */
export const journalFolder = (folder: string): string => `${folder}/log`;
export const snapshotFolder = (folder: string): string => `${folder}/snapshots`;
