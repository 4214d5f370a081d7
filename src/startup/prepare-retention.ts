import type { Client } from '@temporalio/client';
import type { Retention } from '../domain/retention.ts';
import type { Logger } from '../logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { setLifecycleRules } from '../retention/lifecycle-rules.ts';
import { prepareSchedule } from './retention-schedule.ts';

export interface RetentionParts {
  readonly client: Client;
  readonly store: ObjectStore;
  readonly retention: Retention;
  readonly logger: Logger;
}

/**
 * Updates the sweep's schedule and the bucket's rules to the settings, which may have changed. If a server refuses,
 * logs it and goes on: documents that stay too long are a matter for the operator.
 */
export async function prepareRetention({ client, store, retention, logger }: RetentionParts): Promise<void> {
  try {
    const schedule = await prepareSchedule(client, retention);
    logger.info({ ...retention, schedule }, 'retention prepared');
  } catch (error) {
    logger.error({ error }, 'the schedule that deletes expired jobs could not be set; nothing is deleted by age');
  }
  try {
    const rules = await setLifecycleRules(store, retention);
    if (rules === 'refused')
      logger.warn('the bucket takes no lifecycle rules from us; the schedule deletes without them');
  } catch (error) {
    logger.warn({ error }, 'the lifecycle rules of the bucket could not be looked at');
  }
}
