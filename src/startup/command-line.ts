import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error.ts';

/**
 * Reads the command line of an entry. `--help` prints the help and returns undefined. Refuses an unknown argument by
 * name. Variables set everything else (docs/configuration.md).
 */
export function readArguments(help: string, options: readonly string[] = []): ReadonlyMap<string, string> | undefined {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(help);
    return undefined;
  }
  try {
    const config = Object.fromEntries(options.map((name) => [name, { type: 'string' } as const]));
    const { values } = parseArgs({ args, options: config });
    return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n\n${help}`, { cause: error });
  }
}
