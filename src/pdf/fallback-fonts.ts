import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { fileURLToPath } from 'node:url';

/**
 * Text whose font is not embedded is drawn with what is found by name, and is silently missing when nothing is. These
 * fonts come with packages, so that a page looks the same on every machine, also on one without any font.
 */
const genericFonts = {
  'sans-serif': [
    'LiberationSans-Regular.ttf',
    'LiberationSans-Bold.ttf',
    'LiberationSans-Italic.ttf',
    'LiberationSans-BoldItalic.ttf',
  ],
  serif: ['FoxitSerif.pfb', 'FoxitSerifBold.pfb', 'FoxitSerifItalic.pfb', 'FoxitSerifBoldItalic.pfb'],
  monospace: ['FoxitFixed.pfb', 'FoxitFixedBold.pfb', 'FoxitFixedItalic.pfb', 'FoxitFixedBoldItalic.pfb'],
} as const;

/**
 * Together all of Chinese (both scripts), Japanese and Korean. The files are mapped, not read: they cost no memory
 * until used.
 */
const eastAsianFonts = [
  {
    family: 'Fallback Chinese',
    url: new URL('../fonts/NotoSansHans-Regular.otf', import.meta.resolve('@embedpdf/fonts-sc')),
  },
  {
    family: 'Fallback Korean',
    url: new URL('../fonts/NotoSansKR-Regular.otf', import.meta.resolve('@embedpdf/fonts-kr')),
  },
] as const;

/** Registers the fonts for every canvas of this process. Throws when one is missing: the installation is broken. */
export function registerFallbackFonts(standardFontFolder: URL): void {
  for (const [family, files] of Object.entries(genericFonts)) {
    for (const file of files) register(new URL(file, standardFontFolder), family);
  }
  for (const { family, url } of eastAsianFonts) register(url, family);
  appendFamilies(`, sans-serif, ${eastAsianFonts.map(({ family }) => `"${family}"`).join(', ')}`);
}

function register(url: URL, family: string): void {
  if (!GlobalFonts.registerFromPath(fileURLToPath(url), family)) {
    throw new Error(`font ${url.pathname} could not be registered`);
  }
}

/**
 * Registered fonts stand in for missing glyphs only when the family list names them, and pdfjs names its own. So
 * every context of this process adds them to what it is given.
 */
function appendFamilies(families: string): void {
  const prototype: object = Object.getPrototypeOf(createCanvas(1, 1).getContext('2d'));
  const font = Object.getOwnPropertyDescriptor(prototype, 'font');
  if (!font?.set) throw new Error('the canvas has no font setter');
  Object.defineProperty(prototype, 'font', {
    ...font,
    set(this: object, value: string) {
      font.set?.call(this, `${value}${families}`);
    },
  });
}
