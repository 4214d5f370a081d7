import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { ApiError } from './api-error.ts';
import { buildCompletion } from './completion.ts';
import { readQuestion, type Question } from './question.ts';
import type { AnswerQuestion, Reply } from './replies.ts';
import { checkRequest, type ModelProfile } from './request-rules.ts';
import { parseChatRequest } from './request-schema.ts';

interface StandInOptions {
  readonly apiKey?: string;
  /** The models that exist, and what each lacks. */
  readonly models?: Readonly<Record<string, ModelProfile>>;
  /** What is answered when nothing is scripted; the first option by default. */
  readonly answer?: AnswerQuestion;
  readonly port?: number;
  readonly delayMs?: number;
  /** False for long runs: requests hold whole page images. */
  readonly isRecording?: boolean;
}

interface RecordedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Absent when the request was rejected. */
  readonly question?: Question;
  /** Settles when the exchange is over: answered, or the client went away before. */
  readonly outcome: Promise<'answered' | 'aborted by client' | 'broken off'>;
}

export interface OpenAiStandIn extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly requests: readonly RecordedRequest[];
  /** Replies for the next requests that are valid, in order, before the answering function is asked again. */
  enqueue(...replies: readonly Reply[]): void;
  answerWith(answer: AnswerQuestion): void;
  /** Lets go of what is held. */
  release(): void;
  /** Resolves when so many requests have arrived since the start. */
  waitForRequests(count: number): Promise<void>;
}

const defaultModels: Readonly<Record<string, ModelProfile>> = {
  'stand-in': {},
  'stand-in-reasoning': { isReasoning: true },
  'stand-in-no-json-schema': { noJsonSchema: true },
  'stand-in-no-response-format': { noResponseFormat: true },
  'stand-in-no-logprobs': { ignoresLogprobs: true },
  'stand-in-5-logprobs': { maxTopLogprobs: 5 },
};

const answerFirstOption: AnswerQuestion = ({ options }) => ({ kind: 'answer', label: options[0]?.code ?? '' });

/** Starts a server that speaks Chat Completions as strictly as OpenAI does, and answers as it is told to. */
export async function startOpenAiStandIn(options: StandInOptions = {}): Promise<OpenAiStandIn> {
  const { apiKey = 'sk-stand-in', models = defaultModels, port = 0, delayMs = 0, isRecording = true } = options;
  let answer = options.answer ?? answerFirstOption;
  let hold = Promise.withResolvers<void>();
  const queue: Reply[] = [];
  const requests: RecordedRequest[] = [];
  const arrivals = new Set<() => void>();

  function keep(request: RecordedRequest): void {
    if (isRecording) requests.push(request);
    for (const arrived of arrivals) arrived();
    arrivals.clear();
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const outcome = watchOutcome(response);
    const record = { path: request.url ?? '', headers: request.headers, body, outcome };
    try {
      authorize(request, apiKey);
      // No question, and asked at every start.
      if (request.method === 'GET' && request.url === '/v1/models') return sendJson(response, 200, listModels(models));
      route(request);
      const chat = parseChatRequest(body);
      const profile = models[chat.model];
      if (!profile) throw unknownModel(chat.model);
      checkRequest(chat, profile);
      const question = readQuestion(chat);
      keep({ ...record, question });
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      await send(response, queue.shift() ?? answer(question), question, profile);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      keep(record);
      sendJson(response, error.status, error.toBody());
    }
  }

  async function send(
    response: ServerResponse,
    reply: Reply,
    question: Question,
    profile: ModelProfile,
  ): Promise<void> {
    if (reply.kind === 'never') return;
    if (reply.kind === 'held') {
      await hold.promise;
      return send(response, reply.reply, question, profile);
    }
    if (reply.kind === 'http') return sendJson(response, reply.status, reply.body, reply.headers);
    const completion = buildCompletion(reply, question, profile.ignoresLogprobs !== true);
    if (reply.kind !== 'disconnect') return sendJson(response, 200, completion);
    const json = JSON.stringify(completion);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
    response.write(json.slice(0, json.length / 2), () => response.destroy());
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;

  return {
    baseUrl: `http://127.0.0.1:${boundPort}/v1`,
    apiKey,
    requests,
    enqueue: (...replies) => void queue.push(...replies),
    answerWith: (next) => void (answer = next),
    release() {
      hold.resolve();
      hold = Promise.withResolvers();
    },
    async waitForRequests(count) {
      while (requests.length < count) {
        await new Promise<void>((resolve) => arrivals.add(resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      hold.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function authorize(request: IncomingMessage, apiKey: string): void {
  const { authorization } = request.headers;
  if (!authorization) throw new ApiError(401, `You didn't provide an API key.`);
  if (authorization === `Bearer ${apiKey}`) return;
  throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
}

function route(request: IncomingMessage): void {
  const { method = '', url = '' } = request;
  if (url !== '/v1/chat/completions') throw new ApiError(404, `Invalid URL (${method} ${url})`);
  if (method !== 'POST')
    throw new ApiError(405, `Not allowed to ${method} on ${url}.`, { code: 'method_not_supported' });
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new ApiError(415, `Unsupported content type: use 'application/json'.`);
  }
}

function unknownModel(model: string): ApiError {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return new ApiError(404, message, { code: 'model_not_found' });
}

function listModels(models: Readonly<Record<string, ModelProfile>>): object {
  const data = Object.keys(models).map((id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'stand-in' }));
  return { object: 'list', data };
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = typeof body === 'string' ? 'text/html' : 'application/json';
  response.writeHead(status, { 'content-type': contentType, 'x-request-id': 'req_stand_in', ...headers });
  response.end(payload);
}

function watchOutcome(response: ServerResponse): RecordedRequest['outcome'] {
  return new Promise((resolve) => {
    response.once('close', () => {
      if (response.writableFinished) resolve('answered');
      else resolve(response.errored || response.headersSent ? 'broken off' : 'aborted by client');
    });
  });
}
