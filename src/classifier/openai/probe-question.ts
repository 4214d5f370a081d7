import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import sharp from 'sharp';
import type { Capabilities } from './capabilities.ts';

/** The possible answers of the probe: enough letters that a blind model hardly ever guesses the right one. */
export const probeLetters: readonly string[] = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** The letter that the probe's picture shows. */
export const probeLetter = 'H';

/** The probe's question, by which a test server recognises it. */
export const probeText = 'Which capital letter does the picture show? Answer with that letter.';

/**
 * Builds the probe's question. With a JSON schema it does not mention JSON: a model that answers JSON was forced to,
 * and one that answers "H" is behind a server that ignores the schema. OpenAI accepts JSON mode only if the question
 * mentions JSON.
 */
export async function buildProbeQuestion(capabilities: Capabilities): Promise<ChatCompletionMessageParam[]> {
  const { structuredOutput, images } = capabilities;
  const format = structuredOutput === 'json_schema' ? '' : ' Write it as a JSON object: {"option": "<letter>"}';
  const text = { type: 'text', text: images ? probeText + format : `${blindProbeText}${format}` } as const;
  if (!images) return [{ role: 'user', content: [text] }];
  const url = `data:image/jpeg;base64,${(await drawLetter()).toString('base64')}`;
  return [{ role: 'user', content: [{ type: 'image_url', image_url: { url, detail: 'low' } }, text] }];
}

/** For a server that takes no pictures: what is left to find out does not depend on the answer. */
export const blindProbeText = `Answer with the capital letter ${probeLetter}.`;

/** Three bars, so that no font is needed. */
async function drawLetter(): Promise<Buffer> {
  const bars = ['x="64" y="48" width="28" height="160"', 'x="164" y="48" width="28" height="160"'];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#fff"/>${[
    ...bars,
    'x="64" y="114" width="128" height="28"',
  ]
    .map((bar) => `<rect ${bar}/>`)
    .join('')}</svg>`;
  return await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer();
}
