import { Router, type Request, type Response } from 'express';

export interface HealthDependencies {
  readonly version: string;
  /** One probe for each dependency; it throws when the dependency cannot be used now. */
  readonly probes: Readonly<Record<string, () => Promise<unknown>>>;
}

/** Orchestrators ask often, and from many places: dependencies are asked at most this often. */
const cacheMs = 2000;
const probeTimeoutMs = 3000;

/** `/livez`: this process answers. `/readyz` (alias `/healthz`): everything it needs answers too, each by name. `/version`. */
export function healthRoutes({ version, probes }: HealthDependencies): Router {
  const router = Router();
  let cached: { readonly at: number; readonly report: Promise<Report> } | undefined;

  async function ready(_request: Request, response: Response): Promise<void> {
    if (!cached || performance.now() - cached.at > cacheMs)
      cached = { at: performance.now(), report: probeAll(probes) };
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
  return router;
}

interface Report {
  readonly status: 'ok' | 'unavailable';
  readonly dependencies: Readonly<Record<string, 'ok' | 'unavailable'>>;
}

async function probeAll(probes: HealthDependencies['probes']): Promise<Report> {
  const states = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => [name, (await answers(probe)) ? 'ok' : 'unavailable'] as const),
  );
  const isReady = states.every(([, state]) => state === 'ok');
  return { status: isReady ? 'ok' : 'unavailable', dependencies: Object.fromEntries(states) };
}

async function answers(probe: () => Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), probeTimeoutMs);
  probe().then(
    () => resolve(true),
    () => resolve(false),
  );
  return promise.finally(() => clearTimeout(timer));
}
