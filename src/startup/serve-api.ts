import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { ConfigError } from '../config/config-error.ts';
import { clockAnswers, type AnswerLimits } from '../http/shared/answer-clock.ts';
import { clockBodies, type BodyLimits } from '../http/shared/body-clock.ts';
import { answerUnreadable } from '../http/shared/unreadable-request.ts';
import type { Logger } from '../logger.ts';
import type { Config } from '../config/config.ts';

export interface ApiService {
  /** Base URL for a client on this machine. */
  readonly url: string;
  /** Takes no more connections, lets running requests end within `graceMs`, then ends them. */
  stop(graceMs: number): Promise<void>;
}

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
  readonly bodies: BodyLimits;
  readonly answers: AnswerLimits;
}

/** An upload of 500 MB over a slow line takes long; node's default would end it after 5 minutes. */
const requestTimeoutMs = 60 * 60 * 1000;

/** Listens. Throws ConfigError that names the setting when the port is taken or the address is not this machine's. */
export async function serveApi(
  app: Express,
  { host, port, logger, bodies, answers }: ServeOptions,
): Promise<ApiService> {
  const server = createServer(
    // The app refuses a missing Host (node would answer without a body); nobody refuses an unknown expectation (RFC
    // 9110 10.1.1).
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: 60_000,
      connectionsCheckingInterval: 5000,
      keepAliveTimeout: 65_000,
      requireHostHeader: false,
    },
    app,
  ).on('checkExpectation', app);
  answerUnreadable(server, logger);
  clockBodies(server, bodies);
  clockAnswers(server, answers);
  await listen(server, host, port);
  return {
    url: `http://${urlHost(host)}:${listeningPort(server) ?? port}`,
    async stop(graceMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await promise;
      clearTimeout(timer);
    },
  };
}

/** Checks that the API can listen, before anything starts that would have to be stopped again. */
export async function refuseTakenPort({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  const probe = createServer();
  await listen(probe, host, port);
  const { promise, resolve } = Promise.withResolvers<void>();
  probe.close(() => resolve());
  await promise;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new ConfigError(`PORT: port ${port} is in use by another program; set PORT to a free one`, {
        cause: error,
      });
    }
    if (code === 'EACCES') {
      throw new ConfigError(`PORT: port ${port} needs more rights than this user has; set PORT to one above 1023`, {
        cause: error,
      });
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new ConfigError(`HOST: ${host} is not an address of this machine`, { cause: error });
    }
    throw error;
  }
}

function listeningPort(server: Server): number | undefined {
  const address: AddressInfo | string | null = server.address();
  return address !== null && typeof address === 'object' ? address.port : undefined;
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

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
