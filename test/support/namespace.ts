import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { inject } from 'vitest';
import { registerSearchAttributes } from '../../src/temporal/register-search-attributes.ts';

export interface TestNamespace extends AsyncDisposable {
  readonly namespace: string;
  readonly address: string;
  readonly client: Client;
  readonly connection: NativeConnection;
}

/**
 * A Temporal namespace of one's own on the shared server: task queues have fixed names, so tests that run workers must
 * not meet those of another file.
 */
export async function createNamespace(address = inject('temporalAddress')): Promise<TestNamespace> {
  const namespace = `test-${randomUUID()}`;
  const clientConnection = await Connection.connect({ address });
  await clientConnection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const client = new Client({ connection: clientConnection, namespace });
  await untilKnown(client);
  const connection = await NativeConnection.connect({ address });
  return {
    namespace,
    address,
    client,
    connection,
    async [Symbol.asyncDispose]() {
      await connection.close();
      await clientConnection.close();
    },
  };
}

/** The server's caches learn of a namespace, and of its search attributes, a moment later. */
async function untilKnown(client: Client): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await registerSearchAttributes(client, pino({ level: 'silent' }));
      await client.workflow.count('Tenant = "nobody"');
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(200);
    }
  }
}

/** Settings that make a process of ours work in the namespace. */
export function temporalSettings({ address, namespace }: TestNamespace): Readonly<Record<string, string>> {
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}
