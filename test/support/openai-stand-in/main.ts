import { parseArgs } from 'node:util';
import { startOpenAiStandIn } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9999' },
    'api-key': { type: 'string', default: 'sk-stand-in' },
    'delay-ms': { type: 'string', default: '0' },
  },
});

const standIn = await startOpenAiStandIn({
  port: Number(values.port),
  apiKey: values['api-key'],
  delayMs: Number(values['delay-ms']),
  isRecording: false,
});
console.log(
  `OpenAI stand-in: OPENAI_BASE_URL=${standIn.baseUrl} OPENAI_API_KEY=${standIn.apiKey} OPENAI_MODEL=stand-in`,
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn[Symbol.asyncDispose]());
