import type { Client, Connection } from '@temporalio/client';

// The SDK's own conversion to protobuf; the package's index does not repeat it.
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { searchAttributes } from '../domain/search-attributes.ts';
import type { Logger } from '../logger.ts';
import { callTemporal, grpcCode } from './connection.ts';
import type { SearchAttribute } from './dev-server-options.ts';

const deadlineMs = 5000;
const grpcInvalidArgument = 3;

/**
 * Registers our search attributes in the namespace. If the server does not allow that (Temporal Cloud has its own way),
 * logs once which are missing and what to run. Without `WaitingFor` jobs wait as well, but cannot be found by it;
 * without the others no run makes progress.
 */
export async function registerSearchAttributes(client: Client, logger: Logger): Promise<void> {
  const { namespace } = client.options;
  try {
    const added = await addSearchAttributes(client.connection, namespace, searchAttributes);
    if (added.length > 0) logger.info({ added }, 'search attributes registered');
  } catch (error) {
    const missing = await missingSearchAttributes(client);
    if (missing.length === 0) return;
    logger.warn(
      { error, missing: missing.map(({ name }) => name), run: missing.map((each) => creationOf(namespace, each)) },
      'search attributes could not be registered: create those that are missing in the namespace, on Temporal Cloud by tcld namespace search-attributes add',
    );
  }
}

/** Tries a query that every client may make: Temporal refuses a filter with an unknown attribute. */
async function missingSearchAttributes(client: Client): Promise<readonly SearchAttribute[]> {
  const found = await Promise.all(searchAttributes.map(({ name }) => hasSearchAttribute(client, name)));
  return searchAttributes.filter((_, index) => found[index] !== true);
}

/** Whether the namespace has a search attribute; undefined where Temporal cannot say. */
export async function hasSearchAttribute(client: Client, name: string): Promise<boolean | undefined> {
  try {
    await callTemporal(client, deadlineMs, () => client.workflow.count(`${name} IS NOT NULL`));
    return true;
  } catch (error) {
    return grpcCode(error) === grpcInvalidArgument ? false : undefined;
  }
}

function creationOf(namespace: string, { name, type }: SearchAttribute): string {
  const word = type.charAt(0) + type.slice(1).toLowerCase();
  return `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${word}`;
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
