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
 * Most steps are over before the first heartbeat is due. One in each of a small job's six steps adds a fifth to what
 * the server does for that job (measured), and tells nobody anything.
 */
const heartbeatIntervalMs = 2000;

/** How an attempt meets what only the operator can mend. */
export interface WaitingRules {
  readonly canWait: boolean;
  readonly circuits: readonly Circuit[];
}

const neverWaits: WaitingRules = { canWait: false, circuits: [] };

/** What a step needs that meets the store alone. */
export interface StoreDependencies extends Pick<WaitingRules, 'circuits'> {
  readonly store: ObjectStore;
}

/** For an activity whose run says whether it knows how to wait. */
export function waitingOf(
  { canWait = false }: { readonly canWait?: boolean },
  { circuits }: Pick<WaitingRules, 'circuits'>,
): WaitingRules {
  return { canWait, circuits };
}

/** The same for a step that needs nothing of its worker: a full disk there is none of its business. */
export function waitingForStore(
  { canWait = false }: { readonly canWait?: boolean },
  { circuits }: Pick<WaitingRules, 'circuits'>,
): WaitingRules {
  return { canWait, circuits: circuits.filter(({ waitsFor }) => waitsFor === 'store') };
}

/**
 * Runs the work of one activity attempt: heartbeats while it lasts (cancellation only arrives by heartbeat, and a dead
 * worker is noticed by their absence), passes the cancellation signal on, and turns what it throws into what Temporal
 * understands. While something that the operator keeps is known not to work, a run that can wait hears so at once.
 * `traces` is what its heartbeats hold for the next attempt, and the last one before it ends with a failure.
 */
export async function runStep<T>(
  work: (signal: AbortSignal) => Promise<T>,
  mayWait = neverWaits,
  traces?: (isOver: boolean) => unknown,
): Promise<T> {
  const context = Context.current();
  const { canWait, circuits } = mayWait;
  const startedAt = performance.now();
  // A local activity has no heartbeat: its worker is known to live by the workflow task that it is part of.
  const beat = (): void => context.heartbeat(traces ? traces(false) : context.info.heartbeatDetails);
  const timer = context.info.isLocal ? undefined : setInterval(beat, heartbeatIntervalMs);
  try {
    if (canWait) for (const circuit of circuits) circuit.refuse();
    const result = await work(context.cancellationSignal);
    for (const circuit of circuits) circuit.succeeded();
    return result;
  } catch (error) {
    if (traces) context.heartbeat(traces(true));
    // The SDK's own CancelledFailure tells the server that the activity heeded the cancellation.
    if (context.cancellationSignal.aborted) return await context.cancelled;
    if (error instanceof SlotGivenBack) throw giveSlotBack(context, error);
    const failure = toWorkerFault(error) ?? error;
    const fault = await faultBehind(failure, circuits, startedAt, context.cancellationSignal);
    // What a circuit knows it has logged itself, once.
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

/** What a circuit says of a failure: whether it lasts. */
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
