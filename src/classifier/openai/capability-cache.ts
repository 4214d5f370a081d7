import type { Capabilities } from './capabilities.ts';
import { shareCall, type SharedCall } from './shared-call.ts';

/** The findings of a probe. Equal objects mean the same probe. */
export interface ProbedCapabilities {
  readonly capabilities: Capabilities;
  /** Whether the model could tell what the probe's picture shows; undefined where that could not be found out. */
  readonly seesImages: boolean | undefined;
}

export interface CapabilityCache {
  /** Resolves with the findings. The first call starts the probe, and calls meanwhile share it. */
  get(signal: AbortSignal): Promise<ProbedCapabilities>;
  /** Finds everything out anew, whatever is known: the model behind the endpoint may be another one by now. */
  renew(signal: AbortSignal): Promise<ProbedCapabilities>;
  /** A page's question was rejected although the probe's was not: probes again, asking for no more than `atMost`. */
  contradict(seen: ProbedCapabilities, atMost: Capabilities, signal: AbortSignal): Promise<ProbedCapabilities>;
  /**
   * A page's answer came without the log-probabilities that the probe's had: the next question is preceded by another
   * probe. Once, until a page's answer has them again: where pages differ from the probe for good, every page would
   * cost two calls.
   */
  missLogprobs(seen: ProbedCapabilities): void;
  seeLogprobs(): void;
}

interface CapabilityCacheOptions {
  readonly initial: Capabilities;
  readonly probe: (atMost: Capabilities, signal: AbortSignal) => Promise<ProbedCapabilities>;
}

/** One probe for one model at one endpoint, kept as long as this lives. A probe that failed is not kept. */
export function createCapabilityCache({ initial, probe }: CapabilityCacheOptions): CapabilityCache {
  let call: SharedCall<ProbedCapabilities> | undefined;
  let known: ProbedCapabilities | undefined;
  let hasMissedLogprobs = false;

  function startProbe(atMost: Capabilities): SharedCall<ProbedCapabilities> {
    const started = shareCall<ProbedCapabilities>({
      work: async (signal) => {
        const found = await probe(atMost, signal);
        if (call === started) known = found;
        return found;
      },
      onLost: () => {
        if (call === started) call = undefined;
      },
    });
    known = undefined;
    call = started;
    return started;
  }

  return {
    get: (signal) => (call ?? startProbe(initial)).join(signal),
    renew: (signal) => startProbe(initial).join(signal),
    contradict(seen, atMost, signal) {
      const current = known === seen ? undefined : call;
      return (current ?? startProbe(atMost)).join(signal);
    },
    missLogprobs(seen) {
      if (hasMissedLogprobs || known !== seen) return;
      hasMissedLogprobs = true;
      call = undefined;
      known = undefined;
    },
    seeLogprobs() {
      hasMissedLogprobs = false;
    },
  };
}
