import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { isLoopbackHost, isOwnRequest, type OriginHeaders } from '../domain/request-origin.ts';
import { portTaken } from './dev-server-errors.ts';

export interface GuardedUiOptions {
  /** Address to listen on, and its port. */
  readonly host: string;
  readonly port: number;
  /**
   * Further host names of the UI, as a reverse proxy passes them on: `ui.example.com`, or with a port other than a
   * default one or `port`: `localhost:9000`.
   */
  readonly hostNames: readonly string[];
  /** The present address of Temporal's own UI server; undefined while there is none. */
  readonly target: () => { readonly host: string; readonly port: number } | undefined;
}

export interface GuardedUi {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves Temporal's web UI to operators, and to no other web page. The UI's own server accepts any host name and gives
 * the token of its forms to any script: a page that rebinds its name to this machine could list and start the runs of
 * every tenant. So that server is only reachable through this one, which requires localhost with the UI's port (or one
 * of `hostNames`) and a request from the UI's own page. Throws ConfigError when the port is taken.
 */
export async function serveGuardedUi({ host, port, hostNames, target }: GuardedUiOptions): Promise<GuardedUi> {
  const names = new Set(hostNames.map((name) => name.toLowerCase()));
  const isLocal = (seen: string): boolean => isLoopbackHost(seen) && (portOf(seen) ?? httpPort) === port;
  const isNamed = (seen: string): boolean =>
    names.has(seen.toLowerCase()) || (portOf(seen) === port && names.has(seen.replace(/:\d+$/, '').toLowerCase()));
  const isOwn = (headers: OriginHeaders): boolean =>
    // A reverse proxy with this name may speak TLS.
    isOwnRequest(headers, isLocal) || isOwnRequest(headers, isNamed, ['http', 'https']);

  const server = createServer((request, response) => {
    if (!isOwn(isFollowedLink(request) ? { host: request.headers.host } : request.headers)) {
      const sentence = `Temporal's UI is called as http://localhost:${port} here, or by a name of TEMPORAL_UI_HOSTS, and by no other page.`;
      refuse(response, 403, sentence);
      return;
    }
    const address = target();
    if (address) forward(request, response, address);
    else refuse(response, 502, notThere);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw portTaken(port, 'TEMPORAL_UI_PORT');
    throw error;
  }
  return {
    url: `http://${host}:${port}`,
    async stop() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

const httpPort = 80;
const notThere = "Temporal's UI does not answer; it comes back with its server.";

/** Undefined where a `Host` names none: that is the default one of its scheme. */
function portOf(host: string): number | undefined {
  const digits = /:(\d{1,5})$/.exec(host)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Any page may link to the UI: it cannot read what the link opens. */
function isFollowedLink({ method, headers }: IncomingMessage): boolean {
  const { origin, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  return method === 'GET' && origin === undefined && mode === 'navigate' && destination === 'document';
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { host, port }: { readonly host: string; readonly port: number },
): void {
  const { method, url: path, headers } = request;
  const forwarded = sendRequest({ host, port, method, path, headers });
  forwarded.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, ignore);
  });
  forwarded.once('error', () => {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, notThere);
  });
  response.once('close', () => forwarded.destroy());
  request.pipe(forwarded);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${sentence}\n`);
}

function ignore(): void {
  // The browser or the server went away; the connection shows it.
}
