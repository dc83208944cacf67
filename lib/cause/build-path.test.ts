import test from 'ava';
import fc from 'fast-check';
import { type Component, prefixPair } from './build-path.js';

function components(path: string): Component[] {
  let end = -1;
  return path.split('/').map((shape) => {
    end += 1 + shape.length;
    return { end, shape };
  });
}

function roots(a: string, b: string): string | undefined {
  const pair = prefixPair(components(a), components(b));
  return pair && `${a.slice(0, pair.a)} ${b.slice(0, pair.b)}`;
}

test('the pair of prefixes is minimal and ends at components', (t) => {
  t.is(roots('/build/a/src/lib.rs', '/build/bb/src/lib.rs'), '/build/a /build/bb');
  t.is(roots('/a/b/lib.rs', '/b/lib.rs'), '/a/b /b');
  t.is(roots('src/lib.rs', '/x/src/lib.rs'), 'src /x/src');
  t.is(roots('/a/src', '/a/srd'), undefined);
  t.is(roots('lib.rs', '/x/lib.rs'), undefined);
  t.is(roots('/a/lib.rs', '/a/lib.rs'), undefined);
});

test('one prefix map gives one pair for every file under it', (t) => {
  const name = fc.stringMatching(/^[a-c]{1,2}$/);
  const root = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
  const file = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(root, root, file, file, (p, q, x, y) => {
      fc.pre(p !== q && !p.endsWith(q) && !q.endsWith(p));
      t.is(roots(p + x, q + x), roots(p + y, q + y));
    }),
  );
});
