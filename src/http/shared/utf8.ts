import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ClassifierError } from '../../domain/errors.ts';

/** The replacement character of decoders for bytes that are no UTF-8. */
const replacement = '\uFFFD';
const byteOrderMark = '\uFEFF';

/** Whether decoding lost a part of the text: a name would no longer be its sender's. */
export function isMangled(text: string): boolean {
  return text.includes(replacement);
}

export function withoutByteOrderMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
}

export const notUtf8 = 'must be text in UTF-8; it holds bytes that are none, as ISO-8859-1 (Latin-1) has them';

/** For express's body parsers, which would put U+FFFD in the place of such bytes. Throws `invalid_request`. */
export function requireUtf8(_request: IncomingMessage, _response: ServerResponse, body: Buffer, charset: string): void {
  if (charset.toLowerCase() !== 'utf-8' || isUtf8(body)) return;
  throw new ClassifierError('invalid_request', `The request body ${notUtf8}.`);
}

/** The same for a form in percent-encoding. */
export function requireUtf8Form(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  charset: string,
): void {
  const decoded = body
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  requireUtf8(request, response, Buffer.from(decoded, 'latin1'), charset);
}
