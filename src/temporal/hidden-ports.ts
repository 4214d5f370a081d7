import { randomInt } from 'node:crypto';
import { devServerHost, isPortFree } from './ports.ts';

/**
 * Ports above 1023 that every browser refuses to open, whatever the host name ("block bad port" of the Fetch standard,
 * followed by Chrome, Firefox and Safari). A web page can guess a random port, and reach it by a name that it rebinds
 * to this machine; these it cannot. Left out are 6566 and 10080, which a policy of Chrome can open again.
 */
export const browserRefusedPorts: readonly number[] = [
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
];

/** Which of the dev server's ports are hidden from browsers, by the name of its flag. */
export type HiddenPort = 'ui' | 'http';
export type HiddenPorts = Readonly<Partial<Record<HiddenPort, number>>>;

/**
 * Free ports that no browser opens, one for each name, in a random order so that two starts seldom meet; undefined when
 * too few are free.
 */
export async function chooseHiddenPorts(names: readonly HiddenPort[]): Promise<HiddenPorts | undefined> {
  const left = [...browserRefusedPorts];
  const chosen: Partial<Record<HiddenPort, number>> = {};
  for (const name of names) {
    for (;;) {
      const [port] = left.splice(randomInt(Math.max(1, left.length)), 1);
      if (port === undefined) return undefined;
      if (!(await isPortFree(port, devServerHost))) continue;
      chosen[name] = port;
      break;
    }
  }
  return chosen;
}

/**
 * The hidden ports of a dev server that runs; undefined where one of them is missing, or is a port that browsers open.
 */
export function hiddenPortsOf(commandLine: string, names: readonly HiddenPort[]): HiddenPorts | undefined {
  const ports: Partial<Record<HiddenPort, number>> = {};
  for (const name of names) {
    const port = Number(new RegExp(` --${name}-port=(\\d+) `).exec(`${commandLine} `)?.[1]);
    if (!browserRefusedPorts.includes(port)) return undefined;
    ports[name] = port;
  }
  return ports;
}

/** Whether somebody else has taken one of them since they were chosen. */
export async function isAnyTaken(ports: HiddenPorts): Promise<boolean> {
  for (const port of Object.values(ports)) if (!(await isPortFree(port, devServerHost))) return true;
  return false;
}
