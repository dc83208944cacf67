/** The text with `*` for each hash of cargo's: 16 hex digits that end a name or are a folder's whole name. */
export function withoutHashes(text: string): string {
  return text.replace(/(?<=[-/])[0-9a-f]{16}(?=[./:,]|$)/g, '*');
}
