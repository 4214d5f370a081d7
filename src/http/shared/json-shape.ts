import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type RequestHandler } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import { refuseEarly } from './refuse-early.ts';
import { requireUtf8 } from './utf8.ts';

/** Far more than any request needs; what is nested by the thousand cannot be written as JSON again. */
export const maxJsonDepth = 100;

/** Level by level: no call goes as deep as the value does. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let count = 0; count < maxJsonDepth; count++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return false;
  }
  return true;
}

export interface JsonBodyOptions {
  readonly limitBytes: number;
  /** Most names and values in a body: parsing and checking a million of them stops the process for seconds. */
  readonly maxValues: number;
  /** Whether anything but an object or a list is refused before a schema sees it. */
  readonly strict?: boolean;
}

/**
 * Express's parser of JSON behind our limits. Passes on `payload_too_large`, or `invalid_request` where there are too
 * many values.
 */
export function jsonBody({ limitBytes, maxValues, strict = true }: JsonBodyOptions): RequestHandler {
  function verify(request: IncomingMessage, response: ServerResponse, body: Buffer, charset: string): void {
    requireUtf8(request, response, body, charset);
    if (countJsonValues(body, charset.toLowerCase() === 'utf-8') > maxValues) {
      throw new ClassifierError('invalid_request', `The request body ${tooManyValues(maxValues)}.`);
    }
  }
  return refuseEarly(limitBytes, express.json({ limit: limitBytes, strict, verify }));
}

export function tooManyValues(maxValues: number): string {
  return `must have at most ${maxValues} names and values in JSON; it has more`;
}

const quote = 0x22;
const backslash = 0x5c;
/** Each begins, or stands before, one more name or value. */
const marks = new Set(Buffer.from('[{,:'));

/**
 * About how many names and values a text in JSON has, told in one pass without parsing it. Where `hasStrings` is false
 * (encodings in which a quotation mark is not one byte), marks within strings count too.
 */
export function countJsonValues(json: Uint8Array, hasStrings = true): number {
  let count = 1;
  let isString = false;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index] ?? 0;
    if (isString) {
      if (byte === backslash) index++;
      else if (byte === quote) isString = false;
    } else if (byte === quote) isString = hasStrings;
    else if (marks.has(byte)) count++;
  }
  return count;
}
