/**
 * The model of a chaos run: it answers what stands on the page (`@@invoice-2@@` on its page 2), at its own pace. PORT
 * is where it listens.
 */
import { startOpenAiStandIn } from '../../support/openai-stand-in/server.ts';
import type { AnswerQuestion } from '../../support/openai-stand-in/replies.ts';

const answer: AnswerQuestion = ({ text, options }) => ({
  kind: 'answer',
  label: categoryOn(text, /Page (\d+) of /.exec(text)?.[1] ?? '1') ?? options.at(-1)?.name ?? '',
});

/** The prompt quotes the page before, too. */
function categoryOn(text: string, pageNumber: string): string | undefined {
  return new RegExp(`@@([a-z]+)-${pageNumber}@@`).exec(text)?.[1];
}

const model = await startOpenAiStandIn({ answer, port: Number(process.env['PORT']), delayMs: 600, isRecording: false });
process.stdout.write(`model ready at ${model.baseUrl}\n`);
