import type { Client, Connection } from '@temporalio/client';

// The SDK's own conversion to protobuf; the package's index does not repeat it.
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { searchAttributes } from '../domain/search-attributes.ts';
import type { Logger } from '../logger.ts';
import type { SearchAttribute } from './dev-server-options.ts';

/**
 * Makes sure that the namespace has our search attributes. A server that does not let us (Temporal Cloud has its own way) is
 * warned about with the names to create; runs cannot start without them.
 */
export async function registerSearchAttributes(client: Client, logger: Logger): Promise<void> {
  const { namespace } = client.options;
  try {
    const added = await addSearchAttributes(client.connection, namespace, searchAttributes);
    if (added.length > 0) logger.info({ added }, 'search attributes registered');
  } catch (error) {
    const needed = searchAttributes.map(({ name, type }) => `${name}=${type}`);
    logger.warn(
      { error, needed },
      'search attributes could not be registered; create those that are missing in the namespace',
    );
  }
}

/** Adds the attributes that the namespace lacks. Resolves with their names. */
export async function addSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  wanted: readonly SearchAttribute[],
): Promise<readonly string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const absent = wanted.filter(({ name }) => !Object.hasOwn(customAttributes ?? {}, name));
  if (absent.length === 0) return [];
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      absent.map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type) ?? 0]),
    ),
  });
  return absent.map(({ name }) => name);
}

export { searchAttributes } from '../domain/search-attributes.ts';
