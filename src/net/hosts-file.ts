import { readFile, stat } from 'node:fs/promises';

export interface HostsFile {
  /** Every name that the file gives an address, in lower case; none where there is no such file. */
  names(): Promise<ReadonlySet<string>>;
}

/** The names of a hosts file (hosts(5)), which is read again when it has changed. */
export function createHostsFile(path: string): HostsFile {
  let known: { readonly version: string; readonly names: ReadonlySet<string> } | undefined;
  return {
    async names() {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const version = `${mtimeMs} ${size} ${ino}`;
        if (known?.version !== version) known = { version, names: parseHosts(await readFile(path, 'utf8')) };
        return known.names;
      } catch {
        return new Set();
      }
    },
  };
}

function parseHosts(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.split('#', 1).join('').trim().toLowerCase());
  return new Set(lines.flatMap((line) => line.split(/\s+/).slice(1)));
}
