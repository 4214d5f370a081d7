import { z } from 'zod';
import 'zod-openapi';
import type { RunFileInput } from '../../../records/files/run-files.ts';
import { parseSourceUrl, type AllowedNetworks } from '../../../domain/source-url.ts';
import { patienceSchema } from '../../shared/patience.ts';
import { displayFileName } from '../../shared/file-name.ts';
import { reviewPolicySchema } from './review-schemas.ts';
import { classifyConfigSchema, classifyOverrideConfigSchema } from './config-schema.ts';

/** Extend's limit: 10 KB. */
const maxMetadataBytes = 10_240;
const maxNameLength = 1000;
/** ISO 32000-2 7.6.4: a password of a PDF has at most 127 bytes, and readers cut longer ones. */
const maxPasswordLength = 500;

const ways = ['url', 'id', 'text', 'base64'] as const;

export const runFileSchema = z
  .object({
    url: z.string().optional().meta({ description: 'http or https; fetched by a worker.' }),
    id: z.string().optional().meta({ description: 'Of a file that was uploaded, or that came with a run.' }),
    text: z.string().optional().meta({ description: 'Is classified from its text; a form feed ends a page.' }),
    base64: z.string().optional().meta({ description: 'The bytes of a document; not in the SDK.' }),
    name: z.string().max(maxNameLength).optional(),
    settings: z
      .object({
        password: z.string().min(1).max(maxPasswordLength).optional().meta({ description: 'Opens an encrypted PDF.' }),
      })
      .optional(),
  })
  .superRefine((file, context) => {
    const given = ways.filter((way) => file[way] !== undefined);
    if (given.length !== 1) {
      const seen = given.length === 0 ? 'none of them' : given.join(' and ');
      context.addIssue({ code: 'custom', message: `must have exactly one of ${ways.join(', ')}; has ${seen}` });
    }
    if (file.text?.trim() === '') context.addIssue({ code: 'custom', path: ['text'], message: 'must not be blank' });
    if (file.base64 !== undefined && !isBase64(file.base64)) {
      context.addIssue({
        code: 'custom',
        path: ['base64'],
        message: 'must be base64 (RFC 4648 4) of at least one byte',
      });
    }
  })
  .meta({ id: 'RunFile', description: 'Exactly one of `url`, `id`, `text` and `base64`.' });

/** Not by a pattern, which takes long for what is nearly right; `Buffer` skips what is no base64. */
function isBase64(text: string): boolean {
  return text !== '' && text.length % 4 === 0 && Buffer.from(text, 'base64').toString('base64') === text;
}

export const metadataSchema = z
  .record(z.string(), z.unknown())
  .refine((metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= maxMetadataBytes, {
    message: `must have at most ${maxMetadataBytes} bytes as JSON`,
  })
  .meta({ description: 'Given back as it came; at most 10 KB.' });

export const prioritySchema = z
  .number()
  .int()
  .min(0)
  .max(100)
  .meta({ description: 'From 0 (first) to 100; runs without one are in the middle.' });

export const classifierReferenceSchema = z.object({
  id: z.string().min(1),
  version: z
    .string()
    .min(1)
    .optional()
    .meta({ description: '`latest` (also when absent), `draft`, a number such as `1.0`, or the id of a version.' }),
  overrideConfig: classifyOverrideConfigSchema
    .optional()
    .meta({ description: "Its members replace those of the classifier's configuration." }),
});

const runFields = {
  classifier: classifierReferenceSchema.optional(),
  config: classifyConfigSchema.optional(),
  file: runFileSchema,
  priority: prioritySchema.optional(),
  metadata: metadataSchema.optional(),
  review: reviewPolicySchema.optional(),
  patienceSeconds: patienceSchema.optional(),
};

export const createRunSchema = z
  .object(runFields)
  .superRefine(({ classifier, config }, context) => {
    if ((classifier === undefined) !== (config === undefined)) return;
    const seen = classifier === undefined ? 'has neither' : 'has both';
    context.addIssue({ code: 'custom', message: `must have exactly one of classifier and config; ${seen}` });
  })
  .meta({ id: 'CreateClassifyRun', description: 'Exactly one of `classifier` and `config`.' });

export type RunFileBody = z.infer<typeof runFileSchema>;

/** A file as the jobs take it. Throws `invalid_request` or `source_forbidden` for a URL that may not be fetched. */
export function toRunFileInput(file: RunFileBody, allowed: AllowedNetworks, field = 'file'): RunFileInput {
  const { url, id, text, base64 = '', settings } = file;
  const name = file.name === undefined || file.name.trim() === '' ? {} : { name: displayFileName(file.name) };
  if (id !== undefined) return { kind: 'id', id };
  if (text !== undefined) return { kind: 'text', text, ...name };
  const password = settings?.password;
  if (url === undefined) return { kind: 'base64', base64, password, ...name };
  const parsed = parseSourceUrl(url, allowed, `${field}.url`);
  return { kind: 'url', url: parsed.href, name: nameInUrl(parsed), password, ...name };
}

/** The last part of the path, which is the name of the file more often than not. */
function nameInUrl({ pathname, hostname }: URL): string {
  const last = pathname.split('/').at(-1) ?? '';
  return displayFileName(last === '' ? hostname : decoded(last));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
