import { delimiter, join, resolve } from 'node:path';
import { cachedPath, cacheDirectory, isExecutable } from './cache.ts';
import { found, missing, type Source } from './source.ts';
import { checkVersion } from './version.ts';

/** The executable that the user named. One that does not work is an error, never silently replaced by another. */
export const explicitSetting: Source = {
  label: 'setting',
  async find({ facts, env }) {
    const setting = env[facts.setting];
    if (!setting) return missing(`${facts.setting} is not set`);
    const path = resolve(setting);
    if (!(await isExecutable(path))) {
      return { kind: 'unusable', reason: `${facts.setting} names ${path}, which is not an executable file.` };
    }
    const check = await checkVersion(facts, path, env);
    return check.usable ? found(path) : { kind: 'unusable', reason: `${facts.setting}: ${check.reason}.` };
  },
};

/** Every folder of PATH in order, so that an old version in an early one does not hide a good one in a later one. */
export const searchPath: Source = {
  label: 'PATH',
  async find({ facts, env, onProgress }) {
    const command = process.platform === 'win32' ? `${facts.command}.exe` : facts.command;
    const reasons: string[] = [];
    for (const folder of (env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, command);
      if (folder === '' || !(await isExecutable(path))) continue;
      const check = await checkVersion(facts, path, env);
      if (check.usable) return found(path);
      onProgress(`${facts.title}: passed over on PATH: ${check.reason}`);
      reasons.push(check.reason);
    }
    return missing(reasons.join('; ') || `no \`${facts.command}\` on PATH`);
  },
};

/** What an earlier run left. It was verified before it was moved there, so it is not hashed again. */
export const cache: Source = {
  label: 'cache',
  async find({ facts, env }) {
    for (const version of new Set([facts.version, facts.go?.version ?? facts.version])) {
      const path = cachedPath(facts, version, env);
      if (await isExecutable(path)) return found(path);
    }
    return missing(`nothing in ${cacheDirectory(env)}`);
  },
};
