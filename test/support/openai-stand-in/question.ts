import { z } from 'zod';
import type { ChatRequest } from './request-schema.ts';

/** A request as an answering function sees it. */
export interface Question {
  /** What may be answered, in the order of the prompt. Without a list in the prompt: the schema's enum. */
  readonly options: readonly { readonly code: string; readonly name: string }[];
  /** All text of all messages. */
  readonly text: string;
  readonly request: ChatRequest;
}

/** Finds the options in the prompt (`A: {"name": ...}` a line), else in the answer's schema. */
export function readQuestion(request: ChatRequest): Question {
  const text = request.messages.map((message) => textOf(message.content)).join('\n');
  const codes = readCodes(request);
  const options: { code: string; name: string }[] = [];
  const seen = new Set<string>();
  for (const [, code = '', json = ''] of text.matchAll(/^([A-Z]{1,2}|\d{3}): (\{"name":.*\})$/gmu)) {
    if (seen.has(code) || (codes.length > 0 && !codes.includes(code))) continue;
    seen.add(code);
    options.push({ code, name: z.object({ name: z.string() }).parse(JSON.parse(json)).name });
  }
  return { options: options.length > 0 ? options : codes.map((code) => ({ code, name: code })), text, request };
}

/** The page image of a request, decoded; undefined where none was sent. */
export function readImage(request: ChatRequest): Buffer | undefined {
  for (const { content } of request.messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      if (part.type === 'image_url') return Buffer.from(part.image_url.url.split(',')[1] ?? '', 'base64');
    }
  }
  return undefined;
}

function textOf(content: ChatRequest['messages'][number]['content']): string {
  if (!Array.isArray(content)) return content ?? '';
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

const firstEnum = z.object({ properties: z.record(z.string(), z.unknown()) });
const enumSchema = z.object({ enum: z.array(z.string()) });

function readCodes(request: ChatRequest): string[] {
  const format = request.response_format;
  if (format?.type !== 'json_schema') return [];
  const properties = Object.values(firstEnum.safeParse(format.json_schema.schema).data?.properties ?? {});
  return properties.map((property) => enumSchema.safeParse(property).data?.enum).find((codes) => codes) ?? [];
}
