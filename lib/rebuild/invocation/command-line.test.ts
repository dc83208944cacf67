import test from 'ava';
import fc from 'fast-check';
import { parseCommand } from './command-line.js';

const name = fc.stringMatching(/^[a-z][a-z_]{0,8}$/);
/** An option in each of the ways it can be written. */
const spelled = fc.oneof(
  fc.tuple(name, fc.constantFrom('--crate-name=X', '--crate-name X')),
  fc.tuple(
    name,
    fc.constantFrom(
      '-C extra-filename=X',
      '-Cextra-filename=X',
      '--codegen=extra-filename=X',
      '-C extra_filename=X',
      '--codegen extra-filename=X',
    ),
  ),
  fc.tuple(name, fc.constantFrom('-o X', '-oX')),
  fc.tuple(name, fc.constantFrom('-L native=X', '-Lnative=X')),
);

test('an option means the same in whatever way it is written, and does not hide the source', (t) => {
  fc.assert(
    fc.property(fc.array(spelled, { maxLength: 6 }), (options) => {
      const words = options.flatMap(([value, form]) => form.replace('X', value).split(' '));
      const last = (key: string): string | undefined =>
        options.findLast(([, form]) => form.includes(key))?.[0];
      const command = parseCommand([...words, '--test', '-g', '-O', 'x.rs', '-v']);
      t.is(command.crateName, last('crate-name'));
      t.is(command.extraFilename, last('extra') ?? '');
      t.is(command.output, last('-o'));
      t.deepEqual(
        command.searchPaths,
        options.filter(([, form]) => form.startsWith('-L')).map(([path]) => ({ kind: 'native', path })),
      );
      t.is(command.input, 'x.rs');
      t.true(command.test);
      t.is(command.kind, 'compile');
    }),
  );
});

for (const [args, kind] of [
  ['-vV', 'version'],
  ['--version --verbose', 'version'],
  ['- --crate-name ___ --print=file-names --crate-type bin --print=cfg', 'print'],
  ['--print target-libdir', 'print'],
  ['--crate-name probe --crate-type=lib --emit=llvm-ir -', 'stdin'],
  ['--print native-static-libs x.rs', 'compile'],
  ['--print=link-args x.rs', 'compile'],
  ['--explain E0001', 'other'],
  ['', 'other'],
] as const) {
  test(`\`rustc ${args}\` is taken for a call of kind ${kind}`, (t) => {
    t.is(parseCommand(args === '' ? [] : args.split(' ')).kind, kind);
  });
}

test('externs, emits and libraries are read with their options and without', (t) => {
  const command = parseCommand(
    '--extern priv,noprelude:core=/x/libcore.rlib --extern proc_macro --emit=dep-info=/d/a.d,link --emit metadata -lstatic:+bundle=z:zz -l dylib=c -lm -Clink-args=-T&x.ld,-z -L /all'
      .replace('&', '=')
      .split(' '),
  );
  t.deepEqual(command.externs, [
    { name: 'core', path: '/x/libcore.rlib' },
    { name: 'proc_macro', path: undefined },
  ]);
  t.deepEqual(
    [...command.emit],
    [
      ['dep-info', '/d/a.d'],
      ['link', undefined],
      ['metadata', undefined],
    ],
  );
  t.deepEqual(command.nativeLibraries, ['z', 'c', 'm']);
  t.deepEqual(command.searchPaths, [{ kind: 'all', path: '/all' }]);
});
