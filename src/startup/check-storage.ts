import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import { makeFolder } from '../storage/file-system.ts';
import { createWorkingDirectory } from '../storage/working-directory.ts';

/**
 * Makes a folder that a setting names, where it is missing, and checks that files can be put into it. Throws ConfigError that
 * names the setting.
 */
export async function checkFolder(setting: 'DATA_DIR' | 'TEMP_DIR', directory: string): Promise<void> {
  try {
    await makeFolder(directory);
    const probe = await createWorkingDirectory(directory);
    // A disk that is full still takes new names.
    await writeFile(join(probe, 'check'), 'check').finally(() => rm(probe, { recursive: true, force: true }));
  } catch (cause) {
    throw new ConfigError(folderSentence(setting, directory), { cause });
  }
}

/** What is said of a folder that cannot be used. */
export function folderSentence(setting: 'DATA_DIR' | 'TEMP_DIR', directory: string): string {
  return `${setting}: ${directory} cannot be written; set ${setting} to a folder that can`;
}
