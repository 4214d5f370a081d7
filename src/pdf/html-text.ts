import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

const wordsOf = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Elements that browsers do not show. */
const hidden = wordsOf('script style noscript template svg math iframe object');
/** Elements that begin a line of their own. */
const blocks = wordsOf(
  'address article aside blockquote body br caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead title tr ul',
);
const cells = wordsOf('td th');
/** Elements that have no end tag. */
const voids = wordsOf(
  'area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr',
);
/** Inside these a tag may close itself. */
const foreign = wordsOf('svg math');

const firstElement = /<(?:!doctype\s+html|html|head|body|title|div|table|p|h[1-6])\b/iy;

/** Whether a text is a web page: decided by how it begins, whatever it is called. Reads each character once. */
export function looksLikeHtml(start: string): boolean {
  let at = skipSpace(start, 0);
  if (start.slice(at, at + 5).toLowerCase() === '<?xml') {
    const end = start.indexOf('>', at);
    if (end < 0) return false;
    at = skipSpace(start, end + 1);
  }
  while (start.startsWith('<!--', at)) {
    const end = start.indexOf('-->', at + 4);
    if (end < 0) return false;
    at = skipSpace(start, end + 3);
  }
  firstElement.lastIndex = at;
  return firstElement.test(start);
}

function skipSpace(text: string, from: number): number {
  const space = /\s*/y;
  space.lastIndex = from;
  space.test(text);
  return space.lastIndex;
}

/**
 * Yields the words of a web page piece by piece: without tags, scripts and styles, one line for each block.
 *
 * Takes time in proportion to the length of the page. That is why it stands on htmlparser2's tokenizer: the parser of
 * that package searches the list of all open elements at every tag. An element nested deeper than `maxDepth` closes the
 * one around it, as browsers do from 512 on.
 */
export async function* htmlToText(pieces: AsyncIterable<string>, maxDepth: number): AsyncGenerator<string> {
  const words = createWords();
  const source = createWindow();
  const open = createOpenElements(maxDepth, (name) => {
    if (!hidden.has(name) && blocks.has(name)) words.breakLine();
  });
  const nameAt = (start: number, end: number): string => source.slice(start, end).toLowerCase();
  const add = (data: string): void => {
    if (!open.hasAny(hidden)) words.add(data);
  };

  const tokenizer = new Tokenizer(
    {},
    {
      onopentagname(start, end) {
        const name = nameAt(start, end);
        if (blocks.has(name)) words.breakLine();
        else if (cells.has(name)) words.space();
        if (!voids.has(name)) open.push(name);
      },
      onselfclosingtag() {
        if (open.hasAny(foreign)) open.pop();
      },
      onclosetag(start, end) {
        const name = nameAt(start, end);
        // An end tag of these without its start is a line break to browsers.
        if (!open.close(name) && (name === 'p' || name === 'br')) words.breakLine();
      },
      ontext: (start, end) => add(source.slice(start, end)),
      ontextentity: (codePoint) => add(String.fromCodePoint(codePoint)),
      isInForeignContext: () => open.hasAny(foreign),
      ...ignored,
    },
  );
  for await (const piece of pieces) {
    source.add(piece);
    tokenizer.write(piece);
    yield words.take();
  }
  tokenizer.end();
  yield words.take();
}

const ignore = (): void => {};
const ignored = {
  onattribdata: ignore,
  onattribentity: ignore,
  onattribend: ignore,
  onattribname: ignore,
  oncdata: ignore,
  oncomment: ignore,
  ondeclaration: ignore,
  onend: ignore,
  onopentagend: ignore,
  onprocessinginstruction: ignore,
} satisfies Partial<TokenizerCallbacks>;

/** Joins words: whatever stands between two of them becomes one blank or one line break. */
function createWords() {
  let text = '';
  let isBegun = false;
  // What goes before the next word: a line break outdoes a space.
  let separator: '' | ' ' | '\n' = '';
  return {
    breakLine(): void {
      separator = '\n';
    },
    space(): void {
      separator ||= ' ';
    },
    add(data: string): void {
      const words = data.trim().replaceAll(/\s+/g, ' ');
      if (/^\s/.test(data)) separator ||= ' ';
      if (words === '') return;
      text += (isBegun ? separator : '') + words;
      isBegun = true;
      separator = /\s$/.test(data) ? ' ' : '';
    },
    /** The text since the last call. */
    take(): string {
      const taken = text;
      text = '';
      return taken;
    },
  };
}

/**
 * The text to which the tokenizer's positions refer. It delivers text at the end of each piece, so only a name, or a
 * few characters that turned out to be no tag, reach back into the piece before. A name longer than the window does not
 * matter and reads as ''.
 */
function createWindow() {
  const keptCharacters = 64;
  let text = '';
  let textStart = 0;
  return {
    add(piece: string): void {
      const kept = text.slice(-keptCharacters);
      textStart += text.length - kept.length;
      text = kept + piece;
    },
    slice(start: number, end: number): string {
      return start < textStart ? '' : text.slice(start - textStart, end - textStart);
    },
  };
}

/** The open elements, innermost last; each is pushed and popped once. Calls `onClose` for every one that closes. */
function createOpenElements(maxDepth: number, onClose: (name: string) => void) {
  const names: string[] = [];
  const counts = new Map<string, number>();

  function pop(): string | undefined {
    const name = names.pop();
    if (name === undefined) return undefined;
    counts.set(name, (counts.get(name) ?? 1) - 1);
    onClose(name);
    return name;
  }

  return {
    push(name: string): void {
      if (names.length >= maxDepth) pop();
      names.push(name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    pop,
    /** Closes an element and what is open inside it. False when no such element is open. */
    close(name: string): boolean {
      if (!counts.get(name)) return false;
      while (pop() !== name);
      return true;
    },
    hasAny(wanted: ReadonlySet<string>): boolean {
      for (const name of wanted) if (counts.get(name)) return true;
      return false;
    },
  };
}
