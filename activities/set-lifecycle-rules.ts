import { Context } from '@temporalio/activity';
import type { Retention } from '../src/domain/retention.ts';
import { setLifecycleRules as setRules } from '../src/retention/lifecycle-rules.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { runStep } from './run-step.ts';

/** Brings the bucket's own rules up to date with the tenants that there are by now. */
export function createSetLifecycleRules({ store }: { readonly store: ObjectStore }) {
  return async function setLifecycleRules(retention: Retention): Promise<void> {
    await runStep(async () => {
      const outcome = await setRules(store, retention);
      Context.current().log.debug('lifecycle rules of the bucket looked at', { outcome });
    });
  };
}
