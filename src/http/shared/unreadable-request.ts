import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import { ClassifierError, errorFacts } from '../../domain/errors.ts';
import type { Logger } from '../../logger.ts';
import { problemBody, problemType } from './problem.ts';

/**
 * How long a refused client may take to read its answer. Closing at once would reset the connection while it still
 * sends.
 */
const lingerMs = 2000;

/**
 * Answers requests that node's parser refuses and no middleware sees, like every other error; node itself would answer
 * without a body. Closes the connection: nobody knows where the next request would begin.
 */
export function answerUnreadable(server: Server, logger: Logger): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => responses.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Also what comes on a connection that was refused already.
    if (socket.writableEnded) return;
    const response = responses.get(socket);
    const isAnswering = response?.headersSent === true && !response.writableFinished;
    // Refused before its body was read, which the client then broke off: nothing else was asked on this connection.
    const isAnswered = response?.headersSent === true && !response.req.complete;
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering || isAnswered) {
      socket.destroy();
      return;
    }
    const problem = problemOfParser(error);
    if (response && !response.headersSent) answerBy(response, problem);
    else answerOn(socket, problem, logger);
    linger(socket);
  });
  // Node leaves CONNECT to proxies: without a listener it closes the connection, and a listener must handle its errors.
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    answerOn(socket, new ClassifierError('invalid_request', 'CONNECT is not served: this is no proxy.'), logger);
    linger(socket);
  });
}

function linger(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

/** RFC 9112 3.2. */
export const requireHost: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.1' && request.get('host') === undefined) {
    throw new ClassifierError('invalid_request', 'The request has no header Host.');
  }
  next();
};

function problemOfParser({ code }: NodeJS.ErrnoException): ClassifierError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ClassifierError('headers_too_large', 'The headers of the request are too large.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ClassifierError('request_timeout', 'The request did not arrive in time.');
    default:
      return new ClassifierError('invalid_request', 'The request is not valid HTTP.');
  }
}

/**
 * Answers a request that was accepted before its body turned out to be broken: it has an id, and a line in the log of
 * its own. Closes the connection.
 */
export function answerBy(response: ServerResponse, problem: ClassifierError): void {
  const { status } = errorFacts[problem.code];
  const requestId = String(response.getHeader('x-request-id') ?? randomUUID());
  const body = JSON.stringify(problemBody(problem, requestId));
  response.writeHead(status, headersOf(body, requestId)).end(body);
}

function answerOn(socket: Duplex, problem: ClassifierError, logger: Logger): void {
  const { status } = errorFacts[problem.code];
  const requestId = randomUUID();
  logger.info({ requestId, status, code: problem.code }, 'request could not be read');
  const body = JSON.stringify(problemBody(problem, requestId));
  const lines = Object.entries(headersOf(body, requestId)).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
}

function headersOf(body: string, requestId: string) {
  return {
    'Content-Type': `${problemType}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    Connection: 'close',
  };
}
