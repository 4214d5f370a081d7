import type { Client } from '@temporalio/client';
import type { Logger } from '../logger.ts';
import { searchAttributes } from '../domain/search-attributes.ts';

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { KEYWORD: 2, DOUBLE: 4 } as const;

/**
 * Makes sure that the namespace has our search attributes. A server that does not let us (Temporal Cloud has its own way) is
 * warned about with the names to create; runs cannot start without them.
 */
export async function registerSearchAttributes(client: Client, logger: Logger): Promise<void> {
  const { namespace } = client.options;
  const missing: string[] = [];
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
    const add = searchAttributes.filter(
      ({ name }) => customAttributes[name] === undefined || customAttributes[name] === null,
    );
    if (add.length === 0) return;
    missing.push(...add.map(({ name, type }) => `${name}=${type}`));
    await client.connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(add.map(({ name, type }) => [name, indexedValueTypes[type]])),
    });
    logger.info({ added: missing }, 'search attributes registered');
  } catch (error) {
    logger.warn(
      { error, missing },
      'search attributes could not be registered; create those that are missing in the namespace',
    );
  }
}
