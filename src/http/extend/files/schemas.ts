import { z } from 'zod';
import 'zod-openapi';
import { fileKinds } from '../../../records/files/file-kind.ts';
import type { StoredFile } from '../../../records/files/files.ts';
import { instantSchema } from '../classifiers/schemas.ts';
import { listSchema } from '../list.ts';

const fileFields = {
  object: z.literal('file'),
  id: z.string().regex(/^file_/),
  name: z.string(),
  type: z.enum(fileKinds).nullable().meta({ description: 'Null while it is not known.' }),
  parentFileId: z.string().nullable(),
  metadata: z.strictObject({ pageCount: z.number().int().min(1).optional() }),
  createdAt: instantSchema,
  updatedAt: instantSchema,
};

export const fileSummarySchema = z.strictObject(fileFields).meta({ id: 'FileSummary' });
export type FileSummaryBody = z.infer<typeof fileSummarySchema>;

const contentsSchema = z.strictObject({
  rawText: z.string().optional(),
  pages: z.array(z.strictObject({ pageNumber: z.number().int().min(1), markdown: z.string().optional() })),
});
export type FileContentsBody = z.infer<typeof contentsSchema>;

export const fileSchema = z
  .strictObject({
    ...fileFields,
    presignedUrl: z.string().nullable().meta({
      description: 'Opens the file without a key for 15 minutes; null where the file was only just uploaded.',
    }),
    contents: contentsSchema.nullable(),
  })
  .meta({ id: 'File' });
export type FileBody = z.infer<typeof fileSchema>;

export const fileListSchema = listSchema(fileSummarySchema).meta({ id: 'FileList' });

/** A file as runs and lists name it. */
export function toFileSummary({ id, name, kind, pageCount, createdAt, updatedAt }: StoredFile): FileSummaryBody {
  return {
    object: 'file',
    id,
    name,
    type: kind,
    parentFileId: null,
    metadata: pageCount === undefined ? {} : { pageCount },
    createdAt,
    updatedAt,
  };
}

export function toFileBody(
  file: StoredFile,
  presignedUrl: string | null = null,
  contents: FileContentsBody | null = null,
): FileBody {
  return { ...toFileSummary(file), presignedUrl, contents };
}
