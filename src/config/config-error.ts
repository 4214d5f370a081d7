/** A bad setting, in one sentence that begins with its variable. Several problems are one per line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
