/**
 * A setting that cannot be used, as one sentence that begins with its variable; several problems stand on lines of
 * their own.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
