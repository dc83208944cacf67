/**
 * Breaks text at spaces so that no line is longer than `width` columns; a word that is longer stays whole. The
 * first line keeps the spaces that the text begins with, later ones begin with `indent`.
 */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const words = text.trimStart();
  const lines: string[] = [];
  let line = text.slice(0, text.length - words.length);
  let empty = true;
  for (const word of words.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
