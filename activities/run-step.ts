import { Context } from '@temporalio/activity';
import { ClassifierError, factsOf } from '../src/domain/errors.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { Circuit } from '../src/waiting/circuit.ts';
import { hasWaitingLabel } from '../src/waiting/waiting-label.ts';
import { toWorkerFault } from '../src/waiting/worker-fault.ts';
import { logAttemptFailure } from './activity-log.ts';
import { giveSlotBack, SlotGivenBack, slotsGivenBack } from './slot-given-back.ts';
import { toApplicationFailure } from './to-application-failure.ts';

/**
 * Most steps end before the first heartbeat is due. Measured: a heartbeat in each of a small job's six steps adds a
 * fifth to the server's work and tells nobody anything.
 */
const heartbeatIntervalMs = 2000;

/** How an attempt handles faults that only the operator can mend. */
export interface WaitingRules {
  readonly canWait: boolean;
  readonly circuits: readonly Circuit[];
}

const neverWaits: WaitingRules = { canWait: false, circuits: [] };

/** What a step needs that uses only the store. */
export interface StoreDependencies extends Pick<WaitingRules, 'circuits'> {
  readonly store: ObjectStore;
}

/** The rules of an activity whose input says whether its run can wait. */
export function waitingOf(
  { canWait = false }: { readonly canWait?: boolean },
  { circuits }: Pick<WaitingRules, 'circuits'>,
): WaitingRules {
  return { canWait, circuits };
}

/** The same for a step that needs no disk of its worker. */
export function waitingForStore(
  { canWait = false }: { readonly canWait?: boolean },
  { circuits }: Pick<WaitingRules, 'circuits'>,
): WaitingRules {
  return { canWait, circuits: circuits.filter(({ waitsFor }) => waitsFor === 'store') };
}

/**
 * Runs the work of one activity attempt. Heartbeats while it lasts, because cancellation arrives only by heartbeat and
 * Temporal notices a dead worker by their absence. Passes the cancellation signal on, and maps errors to Temporal's
 * failures. A run that can wait fails at once while a circuit is open. `traces` gives the details of heartbeats for the
 * next attempt, and of a last one before a failure.
 */
export async function runStep<T>(
  work: (signal: AbortSignal) => Promise<T>,
  mayWait = neverWaits,
  traces?: (isOver: boolean) => unknown,
): Promise<T> {
  const context = Context.current();
  const { canWait, circuits } = mayWait;
  const startedAt = performance.now();
  // A local activity has no heartbeat: its workflow task shows that its worker lives.
  const beat = (): void => context.heartbeat(traces ? traces(false) : context.info.heartbeatDetails);
  const timer = context.info.isLocal ? undefined : setInterval(beat, heartbeatIntervalMs);
  try {
    if (canWait) for (const circuit of circuits) circuit.refuse();
    const result = await work(context.cancellationSignal);
    for (const circuit of circuits) circuit.succeeded();
    return result;
  } catch (error) {
    if (traces) context.heartbeat(traces(true));
    // The SDK's CancelledFailure tells the server that the activity obeyed the cancellation.
    if (context.cancellationSignal.aborted) return await context.cancelled;
    if (error instanceof SlotGivenBack) throw giveSlotBack(context, error);
    const failure = toWorkerFault(error) ?? error;
    const fault = await faultBehind(failure, circuits, startedAt, context.cancellationSignal);
    // A circuit has logged its fault itself, once.
    if (!isKnown(fault ?? failure)) logAttemptFailure(failure);
    throw toApplicationFailure(fault ?? failure, {
      attempt: context.info.attempt - slotsGivenBack(context),
      canWait,
      isUnlabelled: canWait && isOutage(fault ?? failure) && !(await hasWaitingLabel(context.client)),
    });
  } finally {
    clearInterval(timer);
  }
}

/** Asks the circuits whether the failure is a lasting fault. */
async function faultBehind(
  error: unknown,
  circuits: readonly Circuit[],
  startedAt: number,
  signal: AbortSignal,
): Promise<ClassifierError | undefined> {
  if (!(error instanceof ClassifierError) || isKnown(error)) return undefined;
  const circuit = circuits.find(({ waitsFor }) => waitsFor === factsOf(error.code).waitsFor);
  await circuit?.doubt(startedAt, signal);
  const fault = circuit?.fault;
  return fault && new ClassifierError(fault.code, fault.detail, { since: fault.since });
}

function isOutage(error: unknown): boolean {
  return error instanceof ClassifierError && factsOf(error.code).waitsFor !== undefined;
}

function isKnown(error: unknown): boolean {
  return error instanceof ClassifierError && error.since !== undefined;
}
