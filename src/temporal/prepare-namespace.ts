import { Connection } from '@temporalio/client';
// The SDK's own conversion to protobuf; the package's index does not repeat it.
import { msToTs } from '@temporalio/common/lib/time.js';
import { devServerNamespace, type DevServerOptions, type SearchAttribute } from './dev-server-options.ts';
import { addSearchAttributes } from './register-search-attributes.ts';

const callTimeoutMs = 5_000;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * One attempt to use the server as we will: connect, add what the namespace lacks, and see it there. Throws while the
 * server is not that far.
 */
export async function prepareNamespace(address: string, options: DevServerOptions): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: callTimeoutMs });
  try {
    await connection.withDeadline(Date.now() + callTimeoutMs, async () => {
      await connection.workflowService.describeNamespace({ namespace: devServerNamespace });
      await registerMissing(connection, options.searchAttributes);
      if (options.retentionDays !== undefined) await setRetention(connection, options.retentionDays);
    });
  } finally {
    await connection.close();
  }
}

/** The command line's attributes reach a new database only; one of an earlier version lacks those added since. */
async function registerMissing(connection: Connection, wanted: readonly SearchAttribute[]): Promise<void> {
  await addSearchAttributes(connection, devServerNamespace, wanted);
  const left = await addSearchAttributes(connection, devServerNamespace, wanted);
  if (left.length > 0) throw new Error(`search attributes not registered yet: ${left.join()}`);
}

async function setRetention(connection: Connection, days: number): Promise<void> {
  await connection.workflowService.updateNamespace({
    namespace: devServerNamespace,
    config: { workflowExecutionRetentionTtl: msToTs(days * dayMs) },
  });
}
