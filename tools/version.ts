import type { ServerFacts } from './servers.ts';
import { lastLine, runCommand } from './run-command.ts';

/** Whether an executable found on the machine can be used, and if not, why. */
export type Usability = { readonly usable: true } | { readonly usable: false; readonly reason: string };

/** Runs the executable for its version and compares it with the oldest one that will do. */
export async function checkVersion(facts: ServerFacts, path: string, env: NodeJS.ProcessEnv): Promise<Usability> {
  const result = await runCommand(path, facts.versionArgs, { env, timeoutMs: 20_000 });
  if (result.code !== 0) {
    return { usable: false, reason: `${path} does not run: ${lastLine(result.stderr) || `exit code ${result.code}`}` };
  }
  if (facts.minVersion === undefined) return { usable: true };

  const found = /\d+\.\d+(?:\.\d+)?/.exec(result.stdout)?.[0];
  if (found === undefined) return { usable: false, reason: `${path} does not tell its version` };
  if (isOlder(found, facts.minVersion)) {
    return { usable: false, reason: `${path} is version ${found}, at least ${facts.minVersion} is needed` };
  }
  return { usable: true };
}

/** Compares dotted versions number by number; a missing part counts as zero. */
function isOlder(version: string, than: string): boolean {
  const left = version.split('.').map(Number);
  const right = than.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
