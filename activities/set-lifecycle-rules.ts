import { Context } from '@temporalio/activity';
import type { Retention } from '../src/domain/retention.ts';
import { setLifecycleRules as setRules } from '../src/retention/lifecycle-rules.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { runStep } from './run-step.ts';

/** Updates the bucket's lifecycle rules to today's tenants. */
export function createSetLifecycleRules({ store }: { readonly store: ObjectStore }) {
  return async function setLifecycleRules(retention: Retention): Promise<void> {
    await runStep(async () => {
      const outcome = await setRules(store, retention);
      Context.current().log.debug('lifecycle rules of the bucket looked at', { outcome });
    });
  };
}
