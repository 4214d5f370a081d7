/**
 * A Chat Completions server that looks at no request and says the first option, after `--delay-ms`. The strict stand-in
 * of the tests parses and checks every request, images included: on a machine that it shares with the service it would
 * be measured too.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { probeLetter, probeText } from '../../src/classifier/openai/probe-question.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, 'delay-ms': { type: 'string', default: '0' } },
});
const delayMs = Number(values['delay-ms']);

const certain = (token: string): object => ({ token, logprob: 0, bytes: null, top_logprobs: [{ token, logprob: 0 }] });
const unsure = {
  token: 'A',
  logprob: Math.log(0.9),
  bytes: null,
  top_logprobs: [
    { token: 'A', logprob: Math.log(0.9) },
    { token: 'B', logprob: Math.log(0.1) },
  ],
};
const rest = '", "reason": "The heading of the page says so.", "confidence": 90}';
const answer = (option: string): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'instant',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: `{"option": "${option}${rest}`, refusal: null },
        logprobs: { content: [certain('{"option": "'), unsure, certain(rest)], refusal: null },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 1000, completion_tokens: 20, total_tokens: 1020 },
  });
const [first, seen] = [answer('A'), answer(probeLetter)];
/**
 * The probe, by which a worker finds out once what a model does, is small; so are the pages of a tiny image. What is
 * larger is not looked at.
 */
const mostProbeBytes = 10_000;

const server = createServer(async (request, response) => {
  const isSmall = Number(request.headers['content-length'] ?? 0) < mostProbeBytes;
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => isSmall && chunks.push(chunk));
  await new Promise((resolve) => request.once('end', resolve));
  if (request.method === 'POST' && delayMs > 0) await delay(delayMs);
  const isProbe = isSmall && Buffer.concat(chunks).includes(probeText);
  response.writeHead(200, { 'content-type': 'application/json' }).end(isProbe ? seen : first);
});
server.listen(Number(values.port), '127.0.0.1');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit());
