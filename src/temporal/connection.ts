import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { temporalUnavailable } from '../domain/error-sentences.ts';
import { ClassifierError } from '../domain/errors.ts';
import { ConfigError } from '../config/config-error.ts';

export interface TemporalConfig {
  readonly connection: ClientConnectConfig & { readonly namespace: string };
}

/** gRPC status codes (grpc.github.io/grpc/core/md_doc_statuscodes.html) that mean: the server is not there now. */
const unavailableCodes = new Set([1, 4, 8, 14]);
const notFoundCode = 5;

/**
 * Connects to the Temporal server. Throws ConfigError that names TEMPORAL_ADDRESS when it does not answer within
 * `connectTimeoutMs`, or TEMPORAL_NAMESPACE when the namespace is not there.
 */
export async function connectTemporal({ connection }: TemporalConfig, connectTimeoutMs = 10_000): Promise<Client> {
  const { connectionOptions, namespace } = connection;
  const options: ConnectionOptions = { ...toClientOptions(connectionOptions), connectTimeout: connectTimeoutMs };
  let opened: Connection;
  try {
    opened = await Connection.connect(options);
  } catch (error) {
    throw new ConfigError(
      `TEMPORAL_ADDRESS: no Temporal server answers at ${connectionOptions.address}; start it, or set TEMPORAL_ADDRESS to where it is`,
      { cause: error },
    );
  }
  try {
    await opened.withDeadline(Date.now() + connectTimeoutMs, () =>
      opened.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    await opened.close();
    throw new ConfigError(
      grpcCode(error) === notFoundCode
        ? `TEMPORAL_NAMESPACE: the Temporal server at ${connectionOptions.address} has no namespace "${namespace}"`
        : `TEMPORAL_ADDRESS: the Temporal server at ${connectionOptions.address} does not serve the namespace "${namespace}"`,
      { cause: error },
    );
  }
  return new Client({ connection: opened, namespace });
}

/** The options of @temporalio/envconfig are those of the native connection; the client shares these of them. */
function toClientOptions({
  address,
  tls,
  apiKey,
  metadata,
}: ClientConnectConfig['connectionOptions']): ConnectionOptions {
  return {
    ...(address !== undefined && { address }),
    ...(tls !== undefined && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** The gRPC status of an error of the Temporal client, which wraps it as `cause`. */
export function grpcCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return grpcCode(error.cause);
}

/**
 * Calls Temporal and says in our words when it is down; other errors pass through. The deadline holds for all attempts
 * of the client together: it retries an unreachable server with pauses that its own deadline does not cut short.
 */
export async function callTemporal<T>(client: Client, deadlineMs: number, call: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(temporalUnavailable(new Error(`no answer from Temporal within ${deadlineMs} ms`)));
  }, deadlineMs);
  try {
    return await Promise.race([client.connection.withDeadline(Date.now() + deadlineMs, call), late]);
  } catch (error) {
    if (error instanceof ClassifierError) throw error;
    const code = grpcCode(error);
    if (code !== undefined && unavailableCodes.has(code)) throw temporalUnavailable(error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
