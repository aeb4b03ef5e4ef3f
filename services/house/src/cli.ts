import { parseArgs } from 'node:util';
import { HouseClient } from './cli/house-client.js';
import { catLog, placeOf } from './cli/log-cat.js';

const USAGE = `usage:
  ringfence log cat <service>/<partition> [--folder F] [--from seq] [--to seq]
      prints the records that count, one line of plain JSON each; the house may be running
  ringfence lane resume <service>/<partition> [--url U] [--key K]
      opens a stopped lane again, after the build was mended
  ringfence snapshot [--url U] [--key K]
      takes a snapshot of every lane

  --folder  of the house; or RINGFENCE_FOLDER
  --url     of the running house; or RINGFENCE_URL
  --key     of an operator; or RINGFENCE_KEY
`;

const OPTIONS = {
  folder: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  const { env } = process;
  const [noun, verb, name] = positionals;
  const client = (): HouseClient =>
    new HouseClient(values.url ?? env['RINGFENCE_URL'], values.key ?? env['RINGFENCE_KEY']);
  switch (`${noun} ${verb ?? ''}`.trim()) {
    case 'log cat': {
      const folder = values.folder ?? env['RINGFENCE_FOLDER'] ?? './data/house';
      const range = { from: Number(values.from ?? 1), to: Number(values.to ?? Infinity) };
      for await (const line of catLog(folder, placeOf(name), range)) console.log(line);
      return 0;
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
