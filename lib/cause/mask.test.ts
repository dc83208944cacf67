import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import test from 'ava';
import { InputError } from '../error.js';
import { maskPair, maskRanges, readMasks, type UserMask } from './mask.js';

const TODAY = '2026-03-01';
const MASK = { id: 'build-host', reason: 'the host is noted', path: '*.so', pattern: 'host=\\w+' };

const schema = new Ajv2020({ strictRequired: false }).compile(
  JSON.parse(readFileSync(new URL('../../../docs/masks-1.schema.json', import.meta.url), 'utf8')) as object,
);

function read(masks: unknown, today = TODAY): UserMask[] {
  return readMasks(JSON.stringify({ masks }), 'masks.json', today);
}

function only(mask: object, today = TODAY): UserMask {
  const [first] = read([{ ...MASK, ...mask }], today);
  if (first === undefined) throw new Error('no mask');
  return first;
}

test('a mask is read with its reason, its files and what it covers', (t) => {
  const mask = only({});
  t.like(mask, { id: 'build-host', reason: 'the host is noted', expired: false });
  t.true(mask.matches('usr/lib/libstd.so'));
  t.false(mask.matches('usr/lib/libstd.rlib'));
  const below = only({ path: 'usr/**/*.so' });
  t.true(below.matches('usr/lib/x/libstd.so'));
  t.false(below.matches('opt/libstd.so'));
});

test('a pattern covers all its matches, the longest ones', (t) => {
  const content = Buffer.from('host=one;host=three;hos');
  t.deepEqual(maskRanges(only({}), content), [
    { start: 0, length: 8 },
    { start: 9, length: 10 },
  ]);
});

test('a range and a section are clipped to the content', (t) => {
  const content = Buffer.alloc(10);
  const range = only({ pattern: undefined, range: { start: 8, length: 8 } });
  t.deepEqual(maskRanges(range, content), [{ start: 8, length: 2 }]);
  t.deepEqual(maskRanges(range, Buffer.alloc(8)), []);
  const section = only({ pattern: undefined, section: '.comment' });
  const sections = [
    { name: '.comment', start: 6, length: 3 },
    { name: '.text', start: 0, length: 4 },
    { name: '.comment', start: 4, length: 3 },
  ];
  t.deepEqual(maskRanges(section, content, sections), [
    { start: 4, length: 3 },
    { start: 7, length: 2 },
  ]);
  t.deepEqual(maskRanges(section, content), []);
});

test('a mask must cover as much on both sides, else it covers nothing', (t) => {
  const mask = only({});
  t.deepEqual(maskPair(mask, Buffer.from('xhost=a'), Buffer.from('host=bb')), {
    a: [{ start: 1, length: 6 }],
    b: [{ start: 0, length: 7 }],
  });
  t.is(maskPair(mask, Buffer.from('host=a host=b'), Buffer.from('host=a')), undefined);
  t.is(maskPair(mask, Buffer.from('a'), Buffer.from('b')), undefined);
});

test('a mask holds to the end of its last day, and is listed but covers nothing after it', (t) => {
  const content = Buffer.from('host=a');
  t.is(maskRanges(only({ expires: TODAY }), content).length, 1);
  const over = only({ expires: '2026-02-28' });
  t.true(over.expired);
  t.deepEqual(maskRanges(over, content), []);
});

const WRONG: readonly (readonly [masks: unknown, message: RegExp])[] = [
  [[{ ...MASK, reason: undefined }], /masks\[0\]\.reason is missing/],
  [[{ ...MASK, reason: ' ' }], /masks\[0\]\.reason is not a text/],
  [[MASK, MASK], /masks\[1\]\.id is the id of another mask/],
  [[{ ...MASK, id: 'build-path' }], /masks\[0\]\.id is the name of a cause/],
  [[{ ...MASK, id: 'packaging' }], /masks\[0\]\.id is the name of a mask of trustdiff itself/],
  [[{ ...MASK, id: 'unpacked-metadata' }], /the name of a mask of trustdiff itself/],
  [[{ ...MASK, id: 'excluded' }], /the name of a mask of trustdiff itself/],
  [[{ ...MASK, path: '!(x)' }], /masks\[0\]\.path has a "!\(", which is not supported/],
  [[{ ...MASK, id: 'Build Host' }], /masks\[0\]\.id is not of the form/],
  [[{ ...MASK, mode: '0755' }], /masks\[0\]\.mode is no field/],
  [[{ ...MASK, section: '.text' }], /masks\[0\]\.section one of pattern, range and section/],
  [[{ ...MASK, pattern: undefined }], /masks\[0\]\.pattern one of/],
  [[{ ...MASK, pattern: undefined, range: { start: 0, length: 0 } }], /masks\[0\]\.range is not/],
  [[{ ...MASK, pattern: undefined, range: { start: 0.5, length: 1 } }], /masks\[0\]\.range is not/],
  [[{ ...MASK, pattern: undefined, range: { start: 0, length: 1, x: 1 } }], /masks\[0\]\.range is not/],
  [[{ ...MASK, expires: '2026-02-30' }], /masks\[0\]\.expires is no date/],
  [[{ ...MASK, expires: 'soon' }], /masks\[0\]\.expires is no date/],
  [
    [{ ...MASK, pattern: 'a*' }],
    /masks\[0\]\.pattern is no pattern \(character 1\): it matches where there is nothing/,
  ],
  [[{ ...MASK, pattern: 'ab(' }], /masks\[0\]\.pattern is no pattern \(character 4\)/],
  [['x'], /masks\[0\] is not an object/],
  ['x', /"masks" is not a list/],
];

test('what is wrong is said with the mask and the field', (t) => {
  for (const [masks, message] of WRONG) {
    const error = t.throws(() => read(masks), { instanceOf: InputError, message });
    t.is(error.where.file, 'masks.json');
  }
  t.throws(() => readMasks('[]', 'm', TODAY), { message: /not a JSON object with the field "masks"/ });
  t.throws(() => readMasks('{"masks":[],"mask":1}', 'm', TODAY), { message: /mask is no field/ });
});

test('JSON that is none is refused with line and column', (t) => {
  const error = t.throws(() => readMasks('{\n  "masks": [\n    {"id" 1}]}', 'm', TODAY), {
    instanceOf: InputError,
  });
  t.regex(error.what, /not JSON at line 3, column 11/);
});

test('the published schema takes what is read, and refuses what can be told by form', (t) => {
  const fine = [MASK, { ...MASK, id: 'x', pattern: undefined, section: '.comment', expires: '2026-01-01' }];
  t.true(schema(JSON.parse(JSON.stringify({ masks: fine }))), JSON.stringify(schema.errors));
  t.notThrows(() => read(fine));
  const byMeaning = /another mask|name of a cause|name of a mask|not supported|no date|no pattern/;
  for (const [masks, message] of WRONG) {
    if (byMeaning.test(message.source) && !JSON.stringify(masks).includes('soon')) continue;
    t.false(schema(JSON.parse(JSON.stringify({ masks }))), message.source);
  }
});
