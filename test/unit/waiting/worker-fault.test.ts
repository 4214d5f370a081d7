import { ApplicationFailureCategory } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { toApplicationFailure } from '../../../activities/to-application-failure.ts';
import { ClassifierError } from '../../../src/domain/errors.ts';
import { readWaiting } from '../../../src/domain/waiting.ts';
import { toWorkerFault } from '../../../src/waiting/worker-fault.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: /secret/name.pdf`), { code });
}

describe('toWorkerFault', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EMFILE', 'ENFILE'])(
    'takes %s for the operator to mend',
    (code) => {
      const fault = toWorkerFault(systemError(code));

      expect(fault).toMatchObject({ code: 'worker_unfit', detail: expect.stringContaining(`(${code})`) });
      expect(fault?.detail).not.toContain('secret');
    },
  );

  test.each(['ENAMETOOLONG', 'ENOENT', 'EINVAL'])('takes %s for a mistake of ours', (code) => {
    expect(toWorkerFault(systemError(code))).toBeUndefined();
  });
});

describe('toApplicationFailure', () => {
  const refusedKey = new ClassifierError('model_auth', 'Check OPENAI_API_KEY.');

  test('ends the activity of a run that can wait at once, and says what to wait for', () => {
    const failure = toApplicationFailure(refusedKey, { attempt: 1, canWait: true });

    expect(failure).toMatchObject({ nonRetryable: true, category: ApplicationFailureCategory.BENIGN });
    expect(readWaiting(failure.details?.[0])).toMatchObject({ code: 'model_auth', waitsFor: 'model' });
  });

  test('has the activity of a run that cannot wait tried again, after a pause', () => {
    const failure = toApplicationFailure(refusedKey, { attempt: 1, canWait: false });

    expect(failure).toMatchObject({ nonRetryable: false, nextRetryDelay: 30_000 });
    expect(readWaiting(failure.details?.[0])).toBeUndefined();
  });

  test('lets a run wait, within its patience, for what asks for a long wait', () => {
    const limit = (retryAfterMs: number): ClassifierError =>
      new ClassifierError('model_rate_limited', 'x', { retryAfterMs });

    expect(toApplicationFailure(limit(9000), { attempt: 1, canWait: true }).nextRetryDelay).toBe(9000);
    expect(
      readWaiting(toApplicationFailure(limit(3_600_000), { attempt: 1, canWait: true }).details?.[0]),
    ).toMatchObject({ code: 'model_rate_limited', retryAfterMs: 3_600_000 });
    expect(toApplicationFailure(limit(3_600_000), { attempt: 1, canWait: false }).nextRetryDelay).toBe(300_000);
  });

  test('lets a run wait for an outage that a few attempts did not outlast, or that is known to last', () => {
    const outage = new ClassifierError('storage_unavailable', 'The document store cannot be reached.');
    const known = new ClassifierError('model_unavailable', 'x', { since: '2026-11-28T12:03:45.678Z' });

    expect(toApplicationFailure(outage, { attempt: 4, canWait: true }).nonRetryable).toBe(false);
    expect(readWaiting(toApplicationFailure(outage, { attempt: 5, canWait: true }).details?.[0])?.waitsFor).toBe(
      'store',
    );
    expect(readWaiting(toApplicationFailure(known, { attempt: 1, canWait: true }).details?.[0])?.since).toBe(
      known.since,
    );
  });
});
