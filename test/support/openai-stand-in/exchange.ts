import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Question } from './question.ts';

export interface RecordedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Absent when the request was rejected. */
  readonly question?: Question;
  /** Settles when the exchange is over: answered, or the client went away before. */
  readonly outcome: Promise<'answered' | 'aborted by client' | 'broken off'>;
}

export function watchOutcome(response: ServerResponse): RecordedRequest['outcome'] {
  return new Promise((resolve) => {
    response.once('close', () => {
      if (response.writableFinished) resolve('answered');
      else resolve(response.errored || response.headersSent ? 'broken off' : 'aborted by client');
    });
  });
}

export function sendJson(
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

/** The head and the first half of an answer; `then` is called when they are on their way. */
export function sendHalf(response: ServerResponse, body: object, then: (rest: string) => void): void {
  const json = JSON.stringify(body);
  const half = json.length / 2;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  response.write(json.slice(0, half), () => then(json.slice(half)));
}
