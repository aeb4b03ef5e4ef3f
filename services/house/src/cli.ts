import { parseArgs } from 'node:util';
import { auditMargin } from './cli/audit-margin.js';
import { backUp, positionLines, restore } from './cli/backup.js';
import { HouseClient } from './cli/house-client.js';
import { catLog, placeOf } from './cli/log-cat.js';
import { readerRoleCommand, rebuildCommand } from './cli/read-models.js';

const USAGE = `usage:
  ringfence log cat <service>/<partition> [--folder F] [--from seq] [--to seq]
      prints the records that count, one line of plain JSON each; the house may be running
  ringfence audit margin [--folder F]
      recomputes every recorded evaluation of margin from its inputs in the logs and compares bit
      for bit; exit code 1 when one differs; the house may be running
  ringfence lane resume <service>/<partition> [--url U] [--key K]
      opens a stopped lane again, after the build was mended
  ringfence snapshot [--url U] [--key K]
      takes a snapshot of every lane
  ringfence rebuild <projection>|all [--accept-differences] [--folder F] [--database-url U]
      builds a read model anew in PostgreSQL while gateways show the old one, compares both and
      swaps them when they are equal, or when differences are accepted; the house may be running
  ringfence reader-role [--database-url U]
      makes the role that can only read; RINGFENCE_READER_PASSWORD is its password
  ringfence backup --to DIR [--folder F]
      copies the logs at one consistent cut; the house may be running; again into the same
      folder adds what is new
  ringfence restore --from DIR [--folder F]
      into an empty place: a new folder, or the topics that the environment names

  --folder  of the house; or RINGFENCE_FOLDER. backup and restore take RINGFENCE_KAFKA_BROKERS
            and its companions when no folder is named
  --url     of the running house; or RINGFENCE_URL
  --key     of an operator; or RINGFENCE_KEY
  --database-url  of the read models; or RINGFENCE_DATABASE_URL
`;

const OPTIONS = {
  folder: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
  'database-url': { type: 'string' },
  'accept-differences': { type: 'boolean', default: false },
} as const;

const say = (lines: readonly string[]): void => lines.forEach((line) => console.log(line));

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  const { env } = process;
  const [noun, verb, name] = positionals;
  const folder = values.folder ?? env['RINGFENCE_FOLDER'] ?? './data/house';
  const { 'database-url': url, 'accept-differences': acceptDifferences } = values;
  // these name what they act on in second place
  if (noun === 'rebuild' && verb) {
    return rebuildCommand({ projection: verb, folder, url, acceptDifferences }, env);
  }
  const client = (): HouseClient =>
    new HouseClient(values.url ?? env['RINGFENCE_URL'], values.key ?? env['RINGFENCE_KEY']);
  switch (`${noun} ${verb ?? ''}`.trim()) {
    case 'log cat': {
      const range = { from: Number(values.from ?? 1), to: Number(values.to ?? Infinity) };
      for await (const line of catLog(folder, placeOf(name), range)) console.log(line);
      return 0;
    }
    case 'audit margin': {
      const { lines, findings } = await auditMargin(folder);
      say(lines);
      return findings === 0 ? 0 : 1;
    }
    case 'lane resume': {
      const { service, partition } = placeOf(name);
      const lane = await client().post(`/v1/lanes/${service}/${partition}/resume`);
      console.log(JSON.stringify(lane));
      return (lane as { status?: string }).status === 'active' ? 0 : 1;
    }
    case 'snapshot':
      console.log(JSON.stringify(await client().post('/v1/snapshots')));
      return 0;
    case 'reader-role':
      await readerRoleCommand(url, env);
      return 0;
    case 'backup':
      if (!values.to) throw new TypeError('backup: give --to, a folder');
      say(positionLines(await backUp(values.to, values.folder, env)));
      return 0;
    case 'restore':
      if (!values.from) throw new TypeError('restore: give --from, the folder of a backup');
      say(positionLines(await restore(values.from, values.folder, env)));
      return 0;
    default:
      console.error(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (fault) {
  console.error(fault instanceof Error ? `${fault.name}: ${fault.message}` : fault);
  process.exitCode = 1;
}
