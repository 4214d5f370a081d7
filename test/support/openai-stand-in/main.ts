import { parseArgs } from 'node:util';
import { serverNames } from './dialect.ts';
import { startOpenAiStandIn } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9999' },
    'api-key': { type: 'string', default: 'sk-stand-in' },
    'delay-ms': { type: 'string', default: '0' },
    server: { type: 'string', default: 'openai' },
  },
});

const server = serverNames.find((name) => name === values.server);
if (!server) throw new Error(`--server must be one of ${serverNames.join(', ')}; got "${values.server}"`);
const standIn = await startOpenAiStandIn({
  server,
  port: Number(values.port),
  apiKey: values['api-key'],
  delayMs: Number(values['delay-ms']),
  isRecording: false,
});
const settings = [
  `OPENAI_BASE_URL=${standIn.baseUrl}`,
  `OPENAI_API_KEY=${standIn.apiKey}`,
  'OPENAI_MODEL=stand-in',
  ...(server === 'azure-dated' ? ['OPENAI_API_VERSION=2024-10-21'] : []),
];
console.log(`OpenAI stand-in: ${settings.join(' ')}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn[Symbol.asyncDispose]());
