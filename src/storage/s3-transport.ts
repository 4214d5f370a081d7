import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import type { ClientOptions } from 'minio';

export interface S3TransportOptions {
  readonly isSecure: boolean;
  readonly connectTimeoutMs: number;
  /** The longest time without a byte in either direction, also while the server thinks. */
  readonly idleTimeoutMs: number;
}

export interface S3Transport {
  readonly transport: NonNullable<ClientOptions['transport']>;
  readonly agent: http.Agent;
  /** Runs an action and aborts its requests with the signal: minio's client itself takes none. */
  withSignal<T>(signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T>;
}

type Callback = (response: http.IncomingMessage) => void;

/** The HTTP under minio's client, with what it lacks: time limits, cancellation, and no connection left half read. */
export function createS3Transport({ isSecure, connectTimeoutMs, idleTimeoutMs }: S3TransportOptions): S3Transport {
  const client = isSecure ? https : http;
  // Closes idle connections before common servers and proxies do: a request on a closing one would fail.
  const agentOptions = { keepAlive: true, timeout: 5_000 };
  const agent = isSecure ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
  const signals = new AsyncLocalStorage<AbortSignal | undefined>();

  function request(
    target: http.RequestOptions | string | URL,
    second?: http.RequestOptions | Callback,
    third?: Callback,
  ): http.ClientRequest {
    const callback = typeof second === 'function' ? second : third;
    const settings: http.RequestOptions = { timeout: idleTimeoutMs };
    if (typeof target === 'object' && !(target instanceof URL)) Object.assign(settings, target);
    if (typeof second === 'object') Object.assign(settings, second);
    const signal = signals.getStore();
    if (signal) settings.signal = signal;
    const answered = (response: http.IncomingMessage): void => {
      // minio's client throws on these without reading the body, which would keep the connection busy.
      if (unreadStatuses.has(response.statusCode ?? 0)) response.resume();
      callback?.(response);
    };
    const outgoing =
      typeof target === 'string' || target instanceof URL
        ? client.request(target, settings, answered)
        : client.request(settings, answered);
    outgoing.on('timeout', () => {
      outgoing.destroy(new Error(`the object store was silent for ${idleTimeoutMs} ms`));
    });
    limitConnecting(outgoing, connectTimeoutMs);
    return outgoing;
  }

  return {
    transport: { request },
    agent,
    withSignal: (signal, action) => signals.run(signal, action),
  };
}

const unreadStatuses = new Set([408, 429, 499, 500, 502, 503, 504, 520]);

function limitConnecting(outgoing: http.ClientRequest, connectTimeoutMs: number): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no connection to the object store within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
    socket.once('connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
}
