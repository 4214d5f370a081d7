import { Parser } from 'htmlparser2';

/** What a browser shows none of. */
const hidden = new Set(['script', 'style', 'noscript', 'template', 'svg', 'math', 'iframe', 'object']);
/** Elements that begin a line of their own. */
const blocks = new Set(
  'address article aside blockquote body br caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead title tr ul'.split(
    ' ',
  ),
);
const cells = new Set(['td', 'th']);

/** Whether a text is a page of the web: by how it begins, whatever it is called. */
export function looksLikeHtml(start: string): boolean {
  return /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|div|table|p|h[1-6])\b/i.test(
    start,
  );
}

/** The words of a page of the web, piece by piece: without its tags, scripts and styles, a line for each block. */
export async function* htmlToText(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let text = '';
  let isBegun = false;
  // What stands between the last word and the next one: a line break outdoes a space.
  let separator: '' | ' ' | '\n' = '';
  let hiddenDepth = 0;

  function add(data: string): void {
    const words = data.trim().replaceAll(/\s+/g, ' ');
    if (/^\s/.test(data)) separator ||= ' ';
    if (words === '') return;
    text += (isBegun ? separator : '') + words;
    isBegun = true;
    separator = /\s$/.test(data) ? ' ' : '';
  }

  const parser = new Parser({
    onopentag(name) {
      if (hidden.has(name)) hiddenDepth += 1;
      else if (blocks.has(name)) separator = '\n';
      else if (cells.has(name)) separator ||= ' ';
    },
    onclosetag(name) {
      if (hidden.has(name)) hiddenDepth -= 1;
      else if (blocks.has(name)) separator = '\n';
    },
    ontext(data) {
      if (hiddenDepth === 0) add(data);
    },
  });
  for await (const piece of pieces) {
    parser.write(piece);
    yield text;
    text = '';
  }
  parser.end();
  yield text;
}
