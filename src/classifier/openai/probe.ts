import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { readAnswer } from './answer.ts';
import type { Capabilities } from './capabilities.ts';
import type { ProbedCapabilities } from './capability-cache.ts';
import type { Completion } from './completion.ts';
import { readRejection } from './model-errors.ts';
import { buildProbeQuestion, probeLetter, probeLetters } from './probe-question.ts';
import { lowerCapabilities, simplerFormat } from './rejections.ts';

export interface ProbeOptions {
  readonly ask: (
    capabilities: Capabilities,
    messages: readonly ChatCompletionMessageParam[],
    codes: readonly string[],
  ) => Promise<Completion>;
  /** Asks for no more than this. */
  readonly atMost: Capabilities;
  /** Told of each step down. */
  readonly onLowered: (capabilities: Capabilities, why: 'rejected' | 'ignored') => void;
}

/** As many steps as there are capabilities to lose, so that two servers' worth of objections still end. */
export const maxSteps = 12;

/**
 * Finds out what a model and its server do, by one small question that is asked again, with less, until it is
 * answered: what is rejected is given up, and so is what is ignored without a word. Throws what the last call threw.
 */
export async function probeModel({ ask, atMost, onLowered }: ProbeOptions): Promise<ProbedCapabilities> {
  let capabilities = atMost;
  for (let step = 1; ; step++) {
    let lowered: Capabilities | undefined;
    let why: 'rejected' | 'ignored' = 'ignored';
    try {
      const completion = await ask(capabilities, await buildProbeQuestion(capabilities), probeLetters);
      lowered = withoutIgnoredFormat(capabilities, completion);
      if (!lowered || step >= maxSteps) return toKnowledge(capabilities, completion, onLowered);
    } catch (error) {
      const rejection = readRejection(error);
      lowered = rejection && lowerCapabilities(capabilities, rejection);
      why = 'rejected';
      if (!lowered || step >= maxSteps) throw error;
    }
    capabilities = lowered;
    onLowered(capabilities, why);
  }
}

/** An answer that is cut off, refused or empty says nothing about what a server ignores. */
function isConclusive({ content, finishReason, isRefused }: Completion): boolean {
  return finishReason === 'stop' && !isRefused && content.trim() !== '';
}

function withoutIgnoredFormat(capabilities: Capabilities, completion: Completion): Capabilities | undefined {
  if (!isConclusive(completion) || readAnswer(completion.content)?.isObject === true) return undefined;
  const simpler = simplerFormat(capabilities.structuredOutput);
  return simpler && { ...capabilities, structuredOutput: simpler };
}

function toKnowledge(
  capabilities: Capabilities,
  completion: Completion,
  onLowered: ProbeOptions['onLowered'],
): ProbedCapabilities {
  if (!isConclusive(completion)) return { capabilities, seesImages: capabilities.images ? undefined : false };
  const said = readAnswer(completion.content)?.option ?? '';
  const seesImages = capabilities.images && said.split(/\W+/u).includes(probeLetter);
  if (capabilities.topLogprobs === undefined || completion.tokens.length > 0) return { capabilities, seesImages };
  const lowered = { ...capabilities, topLogprobs: undefined };
  onLowered(lowered, 'ignored');
  return { capabilities: lowered, seesImages };
}
