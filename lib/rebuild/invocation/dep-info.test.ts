import test from 'ava';
import fc from 'fast-check';
import { parseDepInfo } from './dep-info.js';

const path = fc.stringMatching(/^\/[a-z.:# ]{0,12}[a-z.]$/);
const value = fc.string({ unit: fc.constantFrom('a', '=', '\\', '\n', '\r', ' ', 'n') });

test('sources and variables come back as rustc escapes them', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 5 }), fc.option(value), (paths, read) => {
      const escaped = paths.map((one) => one.replaceAll(' ', '\\ '));
      const told = read?.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
      const text = [
        `/out/libx.rlib: ${escaped.join(' ')}`,
        '',
        ...escaped.map((one) => `${one}:`),
        '',
        `# env-dep:NAME${told === undefined ? '' : `=${told}`}`,
      ].join('\n');
      t.deepEqual(parseDepInfo(text), { sources: paths, environment: { NAME: read } });
    }),
  );
});
