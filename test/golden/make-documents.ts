/**
 * Makes the documents of this folder from `sources/`: PDFs as they are, `--scan` and `--photo` as pictures. Needs
 * Chromium (`CHROMIUM_BIN`, or `chromium` on the path) and Noto's CJK fonts. To be run after a source was added: the
 * documents are committed, as fonts differ between machines.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';

const here = fileURLToPath(new URL('.', import.meta.url));
const documents = join(here, 'documents');
const run = promisify(execFile);
const chromium = process.env['CHROMIUM_BIN'] ?? 'chromium';
const manifest = ['file\tsource\tlicence\tgroup\tlabel'];

const work = await mkdtemp(join(tmpdir(), 'pigeonhole-golden-'));
await rm(documents, { recursive: true, force: true });
await mkdir(documents);
const sources = (await readdir(join(here, 'sources'))).filter((file) => file.endsWith('.html'));
for (const source of sources.toSorted()) {
  const name = source.replace('.html', '');
  const [label = '', language = '', form = 'pdf'] = name.split('--');
  const page = pathToFileURL(join(here, 'sources', source)).href;
  const file = form === 'pdf' ? `${name}.pdf` : `${name}.jpg`;
  if (form === 'pdf') await print(page, join(documents, file));
  else await writeFile(join(documents, file), await degrade(await screenshot(page), form === 'photo'));
  manifest.push([`documents/${file}`, `own:${label}-${language}`, 'CC0-1.0', 'golden', label].join('\t'));
}
await writeFile(join(here, 'MANIFEST.tsv'), `${manifest.join('\n')}\n`);
await rm(work, { recursive: true, force: true });

async function browse(...args: readonly string[]): Promise<void> {
  await run(chromium, [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    `--user-data-dir=${join(work, 'profile')}`,
    ...args,
  ]);
}

async function print(page: string, path: string): Promise<void> {
  await browse(`--print-to-pdf=${path}`, '--no-pdf-header-footer', page);
}

/** An A4 page at 150 dpi. */
async function screenshot(page: string): Promise<string> {
  const path = join(work, 'page.png');
  await browse(`--screenshot=${path}`, '--window-size=827,1169', '--force-device-scale-factor=1.5', page);
  return path;
}

/** A scan is grey, a little skewed and grainy; a photo lies askew on a table and is unevenly lit. */
async function degrade(path: string, isPhoto: boolean): Promise<Buffer> {
  const page = sharp(path).flatten({ background: '#fff' }).trim({ threshold: 5 });
  const { data, info } = await page
    .extend({ top: 70, bottom: 70, left: 70, right: 70, background: '#fff' })
    .raw()
    .toBuffer({
      resolveWithObject: true,
    });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const turned = await sharp(data, { raw })
    .rotate(isPhoto ? -3.5 : 0.6, { background: isPhoto ? '#6b5a48' : '#fff' })
    .blur(isPhoto ? 0.9 : 0.6)
    .png()
    .toBuffer();
  const { width, height } = await sharp(turned).metadata();
  const light = `<svg width="${width}" height="${height}"><defs><linearGradient id="g" x2="1" y2="1"><stop offset="0" stop-color="#fff"/>
<stop offset="1" stop-color="${isPhoto ? '#a89c88' : '#e8e8e4'}"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>`;
  const lit = sharp(turned).composite([{ input: Buffer.from(light), blend: 'multiply' }]);
  const seen = isPhoto ? lit : lit.grayscale();
  return seen.jpeg({ quality: 55 }).toBuffer();
}
