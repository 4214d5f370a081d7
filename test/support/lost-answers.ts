import type { Client } from '@temporalio/client';
import { onTestFinished, vi } from 'vitest';

/** Temporal starts the next runs that this client asks it for, `calls` of them, and its answers are lost on the way. */
export function loseStarts(client: Client, calls = 1): void {
  const original = client.workflow.start.bind(client.workflow);
  const spy = vi.spyOn(client.workflow, 'start');
  for (let call = 0; call < calls; call++) {
    spy.mockImplementationOnce(async (...given) => {
      await original(...given);
      // As gRPC says it: 14 is UNAVAILABLE.
      throw Object.assign(new Error('connection lost'), { code: 14 });
    });
  }
  onTestFinished(() => spy.mockRestore());
}
