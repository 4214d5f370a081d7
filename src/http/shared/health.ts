import { Router, type Request, type Response } from 'express';
import { answerOtherMethods } from './other-methods.ts';

export interface HealthDependencies {
  readonly version: string;
  /** One probe for each dependency without which requests fail; it throws when the dependency cannot be used now. */
  readonly probes: Readonly<Record<string, () => Promise<unknown>>>;
  /** Why something is unusable that only accepted jobs wait for. Reported, but it does not make the service unready. */
  readonly advisories?: Readonly<Record<string, () => Promise<string | undefined>>>;
  /** What jobs wait for the operator to mend. */
  readonly waiting: () => Promise<readonly WaitingJobs[]>;
}

/** `since` is ISO 8601, `detail` names the setting to change. */
interface WaitingJobs {
  readonly waitsFor: string;
  readonly detail: string;
  readonly since: string;
  readonly jobs: number;
  /** Batches, webhooks and operations on many jobs. */
  readonly others: number;
}

/** Orchestrators ask often, and from many places: dependencies are asked at most this often. */
const cacheMs = 2000;
const probeTimeoutMs = 3000;

/**
 * `/livez`: this process answers. `/readyz` (alias `/healthz`): everything it needs answers too, each by name.
 * `/version`.
 */
export function healthRoutes({ version, probes, advisories = {}, waiting }: HealthDependencies): Router {
  const router = Router();
  let cached: { readonly at: number; readonly report: Promise<Report> } | undefined;

  async function ready(_request: Request, response: Response): Promise<void> {
    if (!cached || performance.now() - cached.at > cacheMs)
      cached = { at: performance.now(), report: probeAll(probes, advisories, waiting) };
    const report = await cached.report;
    if (report.status !== 'ok') response.set('Retry-After', '5');
    response
      .set('Cache-Control', 'no-store')
      .status(report.status === 'ok' ? 200 : 503)
      .json(report);
  }

  router.get('/livez', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  router.get(['/readyz', '/healthz'], ready);
  router.get('/version', (_request, response) => {
    response.json({ name: 'pigeonhole', version, node: process.version });
  });
  return answerOtherMethods(router);
}

type State = 'ok' | 'unavailable';

interface Report {
  readonly status: State;
  readonly dependencies: Readonly<Record<string, State>>;
  /** The reason, if anybody may read it. */
  readonly reasons?: Readonly<Record<string, string>>;
  readonly waiting?: readonly ReportedWaiting[];
}

interface ReportedWaiting {
  readonly for: string;
  readonly since: string;
  readonly jobs: number;
  readonly others?: number;
  readonly reason: string;
}

async function probeAll(
  probes: HealthDependencies['probes'],
  advisories: NonNullable<HealthDependencies['advisories']>,
  findWaiting: HealthDependencies['waiting'],
): Promise<Report> {
  const [states, advice, waiting] = await Promise.all([
    Promise.all(Object.entries(probes).map(async ([name, probe]) => [name, await stateOf(probe)] as const)),
    Promise.all(Object.entries(advisories).map(async ([name, advise]) => [name, await advise()] as const)),
    findWaiting(),
  ]);
  const reasons = advice.flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason] as const]));
  const advised = advice.map(([name, reason]) => [name, reason === undefined ? 'ok' : 'unavailable'] as const);
  return {
    status: states.every(([, state]) => state === 'ok') ? 'ok' : 'unavailable',
    dependencies: Object.fromEntries([...states, ...advised]),
    ...(reasons.length > 0 && { reasons: Object.fromEntries(reasons) }),
    ...(waiting.length > 0 && {
      waiting: waiting.map(({ waitsFor, since, jobs, others, detail }) => ({
        for: waitsFor,
        since,
        jobs,
        ...(others > 0 && { others }),
        reason: detail,
      })),
    }),
  };
}

async function stateOf(probe: () => Promise<unknown>): Promise<State> {
  const { promise, resolve } = Promise.withResolvers<State>();
  const timer = setTimeout(() => resolve('unavailable'), probeTimeoutMs);
  probe().then(
    () => resolve('ok'),
    () => resolve('unavailable'),
  );
  return promise.finally(() => clearTimeout(timer));
}
