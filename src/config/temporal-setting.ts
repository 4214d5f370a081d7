import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';

/** The connection to Temporal, and whether this process runs the server: it does if no setting names another. */
export function temporalConnection(environment: Record<string, string | undefined>, ownPort: number) {
  const loaded = loadConnection(environment);
  const { address } = loaded.connectionOptions;
  const connection: ClientConnectConfig & { readonly namespace: string } = {
    namespace: loaded.namespace ?? 'default',
    connectionOptions: { ...loaded.connectionOptions, address: address ?? `127.0.0.1:${ownPort}` },
  };
  return { connection, isOwnServer: address === undefined };
}

/** Reports problems of the connection's settings, each in a sentence. */
export function connectionProblems(environment: Record<string, string | undefined>): readonly string[] {
  try {
    loadConnection(environment);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`TEMPORAL_*: the settings of the connection cannot be used: ${reason}`];
  }
}

/** Reads a profile file only if a variable names it: a forgotten one must not send a laptop's runs to a cloud. */
function loadConnection(environment: Record<string, string | undefined>): ClientConnectConfig {
  const namesFile = environment['TEMPORAL_PROFILE'] !== undefined || environment['TEMPORAL_CONFIG_FILE'] !== undefined;
  return loadClientConnectConfig({ overrideEnvVars: definedOnly(environment), disableFile: !namesFile });
}

/** Without the variables that are not set. */
export function definedOnly(environment: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
