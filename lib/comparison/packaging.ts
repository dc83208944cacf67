import type { Side } from './side.js';

/** Whether package metadata is of one kind on both sides; if not, it differs whatever it describes. */
export function samePackaging(a: Side, b: Side): boolean {
  const kinds = (side: Side): string => {
    const ids = side.layouts.map((layout) => layout.id);
    const containers = side.inputs.map((input) => (input.kind === 'archive' ? 'archive' : input.kind));
    return [...new Set([...ids, ...containers])].sort().join();
  };
  return kinds(a) === kinds(b);
}
