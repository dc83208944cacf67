import test from 'ava';
import fc from 'fast-check';
import { isBelow, Roots } from './roots.js';

const directory = fc
  .array(fc.constantFrom('a', 'a-', 'ab', 'b'), { maxLength: 4 })
  .map((parts) => parts.join('/'));

test('of directories in each other the outermost is kept, and any name finds the one that holds it', (t) => {
  fc.assert(
    fc.property(fc.array(directory), directory, (directories, name) => {
      const roots = new Roots(directories);
      const outermost = directories.filter(
        (one) => !directories.some((other) => other !== one && isBelow(other, one)),
      );
      t.deepEqual([...roots.all].sort(), [...new Set(outermost)].sort());
      t.is(
        roots.holding(name),
        roots.all.find((root) => isBelow(root, name)),
      );
      t.true(roots.all.every((root) => isBelow(roots.common(), root)));
    }),
  );
});

test('the common directory ends at a whole part', (t) => {
  t.is(new Roots(['build/host/stage1', 'build/host/stage2']).common(), 'build/host');
  t.is(new Roots(['x/y']).common(), 'x/y');
  t.is(new Roots([]).common(), '');
});
