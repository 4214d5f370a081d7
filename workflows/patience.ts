import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  patched,
  setCurrentDetails,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import { patienceEnded } from '../src/domain/error-sentences.ts';
import { describeWaiting, pauseMs, readWaiting, waitingMemoKey, type Waiting } from '../src/domain/waiting.ts';
import { jobFailure } from './failures.ts';
import { goOnSignal } from './messages.ts';
import { labelWaiting } from './search-attributes.ts';

/** Lets a run wait while only the operator can help. */
export interface Patience {
  /**
   * Calls `ask`. While the operator must mend something first, waits and calls it again. Other calls meanwhile wait
   * too: one of them asks, and the rest follow once it succeeds. Fails the job with `patience_ended` when all waits
   * together exceed the limit.
   */
  outlast<T>(ask: () => Promise<T>): Promise<T>;
  /** Gives all waits from now on a budget of their own, in seconds. Calling it again changes nothing. */
  beginEnd(endSeconds: number): void;
}

interface PatienceOptions {
  readonly seconds: number;
  /** Called when the run no longer waits for anything. */
  readonly onOver: () => void;
}

/** The patience of one run: a limit for all its waits together. */
export function createPatience(options: PatienceOptions): Patience {
  const { onOver } = options;
  let { seconds } = options;
  let isEnding = false;
  let waiting: Waiting | undefined;
  let isLabelled = false;
  let beganAt = 0;
  let spentMs = 0;
  let round = 0;
  let signals = 0;
  let pause: Promise<void> | undefined;
  let trial: Promise<unknown> | undefined;

  setHandler(goOnSignal, () => {
    signals += 1;
  });

  function begin(found: Waiting): void {
    if (pause) return;
    const mayLabel = !isLabelled && !found.isUnlabelled;
    const isNews = waiting?.code !== found.code || waiting.detail !== found.detail || mayLabel;
    if (waiting === undefined) beganAt = Date.now();
    waiting = { ...found, since: waiting?.since ?? found.since };
    if (isNews) {
      setCurrentDetails(describeWaiting(waiting));
      if (!waiting.isUnlabelled) {
        labelWaiting(waiting.waitsFor);
        isLabelled = true;
      }
      upsertMemo({ [waitingMemoKey]: { ...waiting } });
    }
    pause = restOrEnd(waiting).finally(() => {
      pause = undefined;
    });
  }

  async function restOrEnd(found: Waiting): Promise<void> {
    try {
      await rest(found);
    } catch (error) {
      over();
      throw error;
    }
  }

  async function rest(found: Waiting): Promise<void> {
    const leftMs = seconds * 1000 - spentMs - (Date.now() - beganAt);
    if (leftMs <= 0) {
      const { code, detail } = patienceEnded(seconds, found.waitsFor, found.detail);
      throw jobFailure({ code, detail });
    }
    const seen = signals;
    await condition(() => signals > seen, Math.min(pauseMs(round, Math.random(), found.retryAfterMs), leftMs));
    round += 1;
  }

  function over(): void {
    if (waiting === undefined) return;
    waiting = undefined;
    spentMs += Date.now() - beganAt;
    round = 0;
    if (isLabelled) labelWaiting(undefined);
    isLabelled = false;
    upsertMemo({ [waitingMemoKey]: null });
    onOver();
  }

  async function attempt<T>(ask: () => Promise<T>): Promise<{ readonly answer: T } | undefined> {
    try {
      const answer = await ask();
      over();
      return { answer };
    } catch (error) {
      const found = waitingOf(error);
      if (!found || !patched('outlasts-the-operator')) {
        // Any other failure shows that the thing we waited for works again: it has looked at the document.
        if (error instanceof ActivityFailure) over();
        throw error;
      }
      begin(found);
      return undefined;
    }
  }

  return {
    beginEnd(endSeconds) {
      if (isEnding) return;
      isEnding = true;
      seconds = endSeconds;
      spentMs = 0;
    },
    async outlast(ask) {
      for (;;) {
        if (pause) await pause;
        else if (trial) await trial;
        else {
          const asked = attempt(ask);
          if (waiting) {
            trial = settled(asked).finally(() => {
              trial = undefined;
            });
          }
          const answered = await asked;
          if (answered) return answered.answer;
        }
      }
    },
  };
}

async function settled(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch {
    // The caller of `ask` gets the error.
  }
}

/** What the activity's failure tells the run to wait for. */
function waitingOf(error: unknown): Waiting | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? readWaiting(cause.details?.[0]) : undefined;
}
