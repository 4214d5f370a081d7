import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isId } from '../../../src/records/ids.ts';
import { errorFacts } from '../../../src/domain/errors.ts';
import { batchEventType, eventIdOf, runEventType } from '../../../src/domain/webhook-event.ts';

describe('the end of a run', () => {
  test('is an event by whether it failed, and none when it was cancelled', () => {
    const failures = Object.keys(errorFacts).filter((code) => code !== 'cancelled');

    expect(runEventType(undefined)).toBe('classify_run.processed');
    expect(new Set(failures.map((code) => runEventType({ code })))).toEqual(new Set(['classify_run.failed']));
    expect(runEventType({ code: 'cancelled' })).toBeUndefined();
  });
});

describe('the end of a batch', () => {
  test('is an event by its status, and none when it was cancelled', () => {
    expect(batchEventType('processed')).toBe('batch_processor_run.processed');
    expect(batchEventType('failed')).toBe('batch_processor_run.failed');
    expect(batchEventType('cancelled')).toBeUndefined();
  });
});

describe('the id of an event', () => {
  test('is one of its kind, another each time, in the order of time', () => {
    const times = [0, 1, 1_700_000_000_000, 1_700_000_000_001];
    const ids = times.map((time) => eventIdOf(time, randomUUID()));

    expect(ids.every((id) => isId('event', id))).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    expect(eventIdOf(1, randomUUID())).not.toBe(ids[1]);
  });
});
