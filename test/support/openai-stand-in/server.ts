import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { ApiError } from './api-error.ts';
import { buildCompletion } from './completion.ts';
import type { Dialect, ServerName } from './dialect.ts';
import { sendHalf, sendJson, watchOutcome, type RecordedRequest } from './exchange.ts';
import { answerProbe, defaultModels, isProbe, listModels } from './models.ts';
import { readQuestion, type Question } from './question.ts';
import type { AnswerQuestion, Reply } from './replies.ts';
import type { ModelProfile } from './request-rules.ts';
import { azure, azureDated } from './servers/azure.ts';
import { llamaCpp } from './servers/llama-cpp.ts';
import { ollama } from './servers/ollama.ts';
import { openai } from './servers/openai.ts';
import { vllm } from './servers/vllm.ts';

interface StandInOptions {
  /** Which server it behaves like; OpenAI's own by default. */
  readonly server?: ServerName;
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

export interface OpenAiStandIn extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/v1`, or what else the server has for it. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Questions about pages; the probe of what a model does stands in `probes`. */
  readonly requests: readonly RecordedRequest[];
  readonly probes: readonly RecordedRequest[];
  /** Replies for the next questions that are valid, in order, before the answering function is asked again. */
  enqueue(...replies: readonly Reply[]): void;
  /** The same for the next probes, which a model answers by what its profile says. */
  enqueueForProbe(...replies: readonly Reply[]): void;
  answerWith(answer: AnswerQuestion): void;
  /**
   * What every question and every probe is answered from now on, as by a server that is set up wrongly; undefined: as
   * usual again.
   */
  replyAlways(reply: Reply | undefined): void;
  /** Lets go of what is held. */
  release(): void;
  /** Resolves when so many questions have arrived since the start. */
  waitForRequests(count: number): Promise<void>;
  waitForProbes(count: number): Promise<void>;
}

const dialects: Readonly<Record<ServerName, Dialect>> = {
  openai,
  azure,
  'azure-dated': azureDated,
  vllm,
  'llama.cpp': llamaCpp,
  ollama,
};

const answerFirstOption: AnswerQuestion = ({ options }) => ({ kind: 'answer', label: options[0]?.code ?? '' });

/** Starts a server that speaks Chat Completions as strictly as the one it stands for, and answers as it is told to. */
export async function startOpenAiStandIn(options: StandInOptions = {}): Promise<OpenAiStandIn> {
  const { apiKey = 'sk-stand-in', models = defaultModels, port = 0, delayMs = 0, isRecording = true } = options;
  const dialect = dialects[options.server ?? 'openai'];
  let answer = options.answer ?? answerFirstOption;
  let always: Reply | undefined;
  let hold = Promise.withResolvers<void>();
  const queue: Reply[] = [];
  const probeQueue: Reply[] = [];
  const requests: RecordedRequest[] = [];
  const probes: RecordedRequest[] = [];
  const arrivals = new Set<() => void>();

  function keep(request: RecordedRequest): void {
    if (isRecording) (isProbe(request.body) ? probes : requests).push(request);
    for (const arrived of arrivals) arrived();
    arrivals.clear();
  }

  async function waitFor(kept: readonly RecordedRequest[], count: number): Promise<void> {
    while (kept.length < count) await new Promise<void>((resolve) => arrivals.add(resolve));
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { headers, method = '', url = '/' } = request;
    const record = { path: url, headers, body, outcome: watchOutcome(response) };
    try {
      const asked = { method, headers, url: new URL(url, 'http://127.0.0.1') };
      dialect.authorize(asked, apiKey);
      const route = dialect.route(asked);
      // No question, and asked at every start.
      if (route.kind === 'models') {
        if (always?.kind === 'http') return sendJson(response, always.status, always.body, always.headers);
        return sendJson(response, 200, listModels(models));
      }
      const chat = dialect.parse(body);
      const profile = dialect.findModel(route.model ?? chat.model, models);
      dialect.check(chat, profile, asked.url);
      const question = readQuestion(dialect.view(chat, profile));
      keep({ ...record, question });
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const reply =
        always ??
        (isProbe(body) ? (probeQueue.shift() ?? answerProbe(question, profile)) : (queue.shift() ?? answer(question)));
      await send(response, reply, question, profile);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      keep(record);
      sendJson(response, error.status, dialect.errorBody(error));
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
    const { masksForbiddenTokens } = dialect;
    const said = reply.kind === 'slow' ? ({ kind: 'answer', ...reply.reply } as const) : reply;
    const completion = dialect.shape(buildCompletion(said, question, { profile, masksForbiddenTokens }));
    if (reply.kind === 'disconnect') return sendHalf(response, completion, () => response.destroy());
    if (reply.kind !== 'slow') return sendJson(response, 200, completion);
    sendHalf(response, completion, (rest) => {
      const timer = setTimeout(() => response.end(rest), reply.delayMs);
      response.once('close', () => clearTimeout(timer));
    });
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
    baseUrl: `http://127.0.0.1:${boundPort}${dialect.basePath}`,
    apiKey,
    requests,
    probes,
    enqueue: (...replies) => void queue.push(...replies),
    enqueueForProbe: (...replies) => void probeQueue.push(...replies),
    answerWith: (next) => void (answer = next),
    replyAlways: (reply) => void (always = reply),
    release() {
      hold.resolve();
      hold = Promise.withResolvers();
    },
    waitForRequests: (count) => waitFor(requests, count),
    waitForProbes: (count) => waitFor(probes, count),
    async [Symbol.asyncDispose]() {
      hold.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
