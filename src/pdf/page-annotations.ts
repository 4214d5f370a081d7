import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { z } from 'zod';
import type { TextBlock } from './text-block.ts';

/** Additions of annotations that pdfjs does not draw. */
export interface AnnotatedText {
  /** Without an appearance in the file: these are ours to draw. */
  readonly toDraw: readonly TextBlock[];
  /** Drawn by pdfjs. */
  readonly drawn: readonly TextBlock[];
  /** Comments that a viewer shows for a mark: no part of the sheet. Each with the place of its mark. */
  readonly comments: readonly TextBlock[];
  /** Sentences about what could not be drawn. */
  readonly warnings: readonly string[];
}

const value = z.union([z.string(), z.array(z.string())]).nullish();

/** `#rrggbb`, of what pdfjs has as three numbers; undefined for anything else. */
const colour = z
  .instanceof(Uint8ClampedArray)
  .refine(({ length }) => length === 3)
  .transform((parts) => `#${Buffer.from(parts).toString('hex')}`)
  .optional()
  .catch(undefined);

/** The members of pdfjs's annotations that we use. */
const annotationSchema = z.object({
  subtype: z.string(),
  rect: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  annotationFlags: z.number().catch(0),
  hidden: z.boolean().optional(),
  hasAppearance: z.boolean().catch(false),
  fieldType: z.string().nullish(),
  fieldValue: value.catch(undefined),
  options: z.array(z.object({ exportValue: z.string().nullish(), displayValue: z.string().nullish() })).optional(),
  password: z.boolean().optional(),
  multiLine: z.boolean().optional(),
  combo: z.boolean().optional(),
  textContent: z.array(z.string()).optional(),
  contentsObj: z.object({ str: z.string() }).optional(),
  richText: z.object({ str: z.string() }).nullish().catch(undefined),
  defaultAppearanceData: z.object({ fontSize: z.number().catch(0), fontColor: colour }).optional(),
  color: colour,
  backgroundColor: colour,
  oc: z.unknown(),
});
type Annotation = z.infer<typeof annotationSchema>;

/** ISO 32000-2 12.5.3. */
const flags = { hidden: 2, noView: 32 } as const;

/** Without an appearance pdfjs draws nothing of these, and nobody can tell what they show. */
const lostWithoutAppearance = new Set(['Stamp', 'Watermark', 'FileAttachment', 'RichMedia', 'Screen', 'Movie', '3D']);
const lostAnnotation = 'A stamp or an attachment on this page brings no picture of itself and was left out.';
const wrongValue = 'The value of a form field on this page was drawn with letters missing.';
/** Hostile pages have a million. Above this number it reads none, and the page says so. */
const maxAnnotations = 5000;
const tooMany = `This page has more than ${maxAnnotations} annotations; the text of the others was left out.`;

/**
 * Reads the values of form fields and the notes that stand on a page; those on a layer that is switched off count as
 * drawn, without ink.
 */
export async function readAnnotations(
  page: PDFPageProxy,
  isLayerOn: (properties: unknown) => boolean,
): Promise<AnnotatedText> {
  const all: readonly unknown[] = await page.getAnnotations();
  const toDraw: TextBlock[] = [];
  const drawn: TextBlock[] = [];
  const comments: TextBlock[] = [];
  const warnings = new Set<string>(all.length > maxAnnotations ? [tooMany] : []);
  for (const each of all.slice(0, maxAnnotations)) {
    const { data: annotation } = annotationSchema.safeParse(each);
    if (!annotation || isHidden(annotation)) continue;
    const text = textOf(annotation);
    const isOn = isLayerOn(annotation.oc);
    if (isDrawnWrong(annotation, text)) warnings.add(wrongValue);
    if (text !== '') (annotation.hasAppearance || !isOn ? drawn : toDraw).push(toBlock(annotation, text));
    else if (!isOn) continue;
    else if (isComment(annotation)) comments.push(toBlock(annotation, annotation.contentsObj?.str.trim() ?? ''));
    else if (!annotation.hasAppearance && lostWithoutAppearance.has(annotation.subtype)) warnings.add(lostAnnotation);
  }
  return { toDraw, drawn, comments, warnings: [...warnings] };
}

/** A sticky note, or a remark on a mark of another kind. */
function isComment({ subtype, contentsObj }: Annotation): boolean {
  const isMark = subtype !== 'Widget' && subtype !== 'Link' && subtype !== 'Popup';
  return isMark && !lostWithoutAppearance.has(subtype) && (contentsObj?.str ?? '').trim() !== '';
}

/**
 * Where the form asks for it, pdfjs draws a missing appearance in the field's own font, which has only Latin letters.
 */
function isDrawnWrong({ hasAppearance, textContent }: Annotation, text: string): boolean {
  return hasAppearance && textContent === undefined && /[^\s\u0020-\u017f\u2000-\u20ac]/u.test(text);
}

function isHidden({ annotationFlags, hidden }: Annotation): boolean {
  const isUnseen = (annotationFlags & (flags.hidden | flags.noView)) !== 0;
  return hidden === true || isUnseen;
}

/** The words that stand in its frame; empty for one that has none. */
function textOf(annotation: Annotation): string {
  const { subtype, fieldType, textContent, contentsObj, richText, password } = annotation;
  if (subtype === 'FreeText') {
    const said = [textContent?.join('\n'), contentsObj?.str, richText?.str].map((text) => text?.trim() ?? '');
    return said.find((text) => text !== '') ?? '';
  }
  if (subtype !== 'Widget' || password === true) return '';
  if (fieldType !== 'Tx' && fieldType !== 'Ch') return '';
  return (textContent?.join('\n') ?? shownValue(annotation)).trim();
}

/** A choice shows its option's name, which may be another than the value that is sent. */
function shownValue({ fieldValue, options = [] }: Annotation): string {
  const values = fieldValue === undefined || fieldValue === null ? [] : [fieldValue].flat();
  return values.map((each) => options.find(({ exportValue }) => exportValue === each)?.displayValue ?? each).join('\n');
}

function toBlock(annotation: Annotation, text: string): TextBlock {
  const { subtype, rect, fieldType, multiLine, combo, defaultAppearanceData } = annotation;
  const isList = fieldType === 'Ch' && combo !== true;
  return {
    text,
    box: [
      Math.min(rect[0], rect[2]),
      Math.min(rect[1], rect[3]),
      Math.max(rect[0], rect[2]),
      Math.max(rect[1], rect[3]),
    ],
    fontSize: defaultAppearanceData?.fontSize ?? 0,
    isMultiline: subtype === 'FreeText' || multiLine === true || isList,
    colour: defaultAppearanceData?.fontColor,
    // ISO 32000-2 12.5.6.6: the colour of a note in a frame is that of its ground.
    ground: subtype === 'FreeText' ? annotation.color : annotation.backgroundColor,
  };
}
