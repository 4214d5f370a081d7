import { readArguments } from './command-line.ts';
import { readConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { createLogger } from '../logger.ts';
import { runProcess, untilAskedToStop } from './process-life.ts';
import { serveGuardedUi } from '../temporal/guarded-ui.ts';

const help = `npm run temporal-ui -- --upstream=temporal-ui-server:6667 [--host=127.0.0.1]

Stands before a UI server of Temporal, and passes on what comes from the UI's own pages alone.
  --upstream  host:port of the UI server, which nobody else should reach
  --host      address to listen on

TEMPORAL_UI_PORT is its port, TEMPORAL_UI_HOSTS are the names it may be called by beside localhost.
`;

await runProcess(async () => {
  const args = readArguments(help, ['upstream', 'host']);
  if (!args) return;
  const stopAsked = untilAskedToStop();
  const { log, temporal } = readConfig();
  const upstream = parseUpstream(args.get('upstream'));
  const ui = await serveGuardedUi({
    host: args.get('host') ?? '127.0.0.1',
    port: temporal.uiPort,
    hostNames: temporal.uiHosts,
    target: () => upstream,
  });
  createLogger(log).info({ url: ui.url }, 'temporal ui guarded');
  await stopAsked;
  await ui.stop();
});

function parseUpstream(given = ''): { readonly host: string; readonly port: number } {
  const [, host, port] = /^([^\s:/]+):(\d{1,5})$/.exec(given) ?? [];
  if (host === undefined) throw new ConfigError(`--upstream must be host:port; got "${given}"`);
  return { host, port: Number(port) };
}
