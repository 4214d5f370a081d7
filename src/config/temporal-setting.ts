import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';

/**
 * How Temporal is reached, and whether the server is our own: the one on this machine, where no setting names another.
 */
export function temporalConnection(environment: Record<string, string | undefined>, ownPort: number) {
  const loaded = loadConnection(environment);
  const { address } = loaded.connectionOptions;
  const connection: ClientConnectConfig & { readonly namespace: string } = {
    namespace: loaded.namespace ?? 'default',
    connectionOptions: { ...loaded.connectionOptions, address: address ?? `127.0.0.1:${ownPort}` },
  };
  return { connection, isOwnServer: address === undefined };
}

/** What is wrong with the settings of the connection, in a sentence. */
export function connectionProblems(environment: Record<string, string | undefined>): readonly string[] {
  try {
    loadConnection(environment);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [`TEMPORAL_*: the settings of the connection cannot be used: ${reason}`];
  }
}

/**
 * A profile file counts only when a variable names it: one that lies about must not send a laptop's runs to a cloud.
 */
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
