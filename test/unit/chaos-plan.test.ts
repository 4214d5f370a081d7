import { expect, test } from 'vitest';
import { makePlan, parts } from '../chaos/run/plan.ts';

test('a seed decides all jobs and all faults of a chaos run', () => {
  expect(makePlan(7, 300, 120_000)).toEqual(makePlan(7, 300, 120_000));
  expect(makePlan(8, 300, 120_000)).not.toEqual(makePlan(7, 300, 120_000));
});

test('a run of the default length hits each part, with each kind of fault', () => {
  const { faults, jobs } = makePlan(1, 1_000, 360_000);

  expect(new Set(faults.map(({ part }) => part))).toEqual(new Set(parts));
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['kill', 'pause', 'full']));
  expect(new Set(jobs.map(({ way }) => way)).size).toBe(6);
});
