import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';

/** Throws ConfigError when two ports of `npm start` are the same: the second listener would blame another program. */
export function refuseSharedPorts({ http, temporal }: Config): void {
  if (!temporal.isOwnServer) return;
  const settings = { PORT: http.port, TEMPORAL_PORT: temporal.port, TEMPORAL_UI_PORT: temporal.uiPort };
  const taken = Object.entries(settings).filter(([, port]) => port > 0);
  const byPort = Map.groupBy(taken, ([, port]) => port);
  const problems = [...byPort].flatMap(([port, sharers]) => {
    if (sharers.length < 2) return [];
    const names = sharers.map(([name]) => name).join(', ');
    return [`${names}: ${sharers.length === 2 ? 'both' : 'all'} are ${port}; set each to a port of its own`];
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
}
