import { join, resolve } from 'node:path';
import { installFrom } from './install-from.ts';
import { lastLine, runCommand } from './run-command.ts';
import { found, missing, type Source } from './source.ts';

const buildLimitMs = 30 * 60_000;

/** The last resort: Go builds it from the module proxy; go.sum or Go's checksum database vouches for the source. */
export const goBuild: Source = {
  label: 'Go',
  async find(context) {
    const { facts, env } = context;
    const { go } = facts;
    if (go === undefined) return missing('no build recipe');
    const version = await runCommand('go', ['version'], { env, timeoutMs: 30_000 });
    if (version.code !== 0) return missing('Go is not installed');

    return installFrom(context, go.version, `build by Go (${go.expected})`, async (folder) => {
      const flags = ['-trimpath', '-ldflags', go.ldflags];
      const executable = join(folder, facts.command);
      const buildEnv = { ...env, CGO_ENABLED: '0', GOWORK: 'off', GOBIN: folder };
      const result =
        go.module === undefined
          ? await runCommand('go', ['install', ...flags, go.package], {
              cwd: folder,
              env: buildEnv,
              timeoutMs: buildLimitMs,
            })
          : await runCommand('go', ['build', ...flags, '-o', executable, go.package], {
              cwd: resolve(import.meta.dirname, go.module),
              env: buildEnv,
              timeoutMs: buildLimitMs,
            });
      return result.code === 0 ? found(executable) : missing(`go: ${lastLine(result.stderr)}`);
    });
  },
};
