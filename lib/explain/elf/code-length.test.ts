import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { type CodePart, type Image, linked, relocatable } from './image-fixture.js';

const [A, B] = ['/home/anna', '/builds/longer/place'];
const FILES = ['/src/main.rs', '/src/other.rs'];

const hex = (text: string): string => Buffer.from(text).toString('hex');

function le32(value: number): string {
  const out = Buffer.alloc(4);
  out.writeInt32LE(value);
  return out.toString('hex');
}

/** `lea` of the first text into a register, and what puts its length into another one. */
type Body = (length: string) => CodePart[];

const lea = (code: string): CodePart[] => [code, { to: 'text0' }];
const PLAIN: Body = (length) => [...lea('488d05'), `ba${length}`, 'c3'];

interface Side {
  readonly root: string;
  readonly body?: Body;
  readonly length?: number;
  readonly files?: readonly string[];
}

function image({ root, body = PLAIN, files = FILES, length }: Side): Image {
  const texts = files.map((file) => root + file);
  return {
    functions: [
      { name: 'name', code: body(le32(length ?? texts[0]?.length ?? 0)) },
      { name: 'other', code: ['488d05', { to: 'text1' }, 'c3'] },
    ],
    constants: texts.map((text, i) => ({
      name: `text${i}`,
      bytes: [hex(text)],
      behind: '00'.repeat(1 + i),
      nameless: i > 0,
    })),
  };
}

const LENGTH_B = B.length + (FILES[0]?.length ?? 0);

for (const [kind, write] of [
  ['relocatable', relocatable],
  ['linked', linked],
] as const) {
  const tell = (a: Side, b: Side) => tellLedger(write(image(a)), write(image(b)));
  const derived = (told: ReturnType<typeof tell>): number =>
    told.segments.filter(({ field, state }) => field === 'length' && state === 'derived').length;

  test(`a constant behind the address of a text may be its length, which nothing proves; one that stayed is found: ${kind}`, (t) => {
    const bodies: readonly Body[] = [
      PLAIN,
      (length) => [...lea('488d3d'), `be${length}`, 'c3'],
      (length) => [...lea('488d35'), `ba${length}`, 'c3'],
      (length) => [...lea('488d15'), `b9${length}`, 'c3'],
      (length) => [...lea('488d0d'), `41b8${length}`, 'c3'],
      (length) => [...lea('4c8d05'), `41b9${length}`, 'c3'],
      // The address of something else between the two: rdi from rsp, rdx from rbx, rdx from r13 and rcx.
      (length) => [...lea('488d35'), `488d7c2450ba${length}`, 'c3'],
      (length) => [...lea('488d3d'), `488d93000100004a8d440d08be${length}`, 'c3'],
      (length) => [...lea('488d3d'), '488d15', { to: 'text0' }, `be${length}`, 'c3'],
      // rdx from rsp, rcx from rdi.
      (length) => [...lea('488d3d'), `4889e2488bcfbe${length}`, 'c3'],
    ];
    for (const [i, body] of bodies.entries()) {
      for (const [from, to] of [
        [A, B],
        [B, A],
      ] as const) {
        const told = tell({ root: from, body }, { root: to, body });
        t.is(told.open, 8, `${i}`);
        t.like(told.functions, { changed: 1 });
        const length = from.length + (FILES[0]?.length ?? 0);
        const stayed = tell({ root: from, body }, { root: to, body, length });
        t.true(stayed.open > 0, `${i}`);
        t.like(stayed.functions, { changed: 1 });
      }
    }
  });

  test(`a constant that is not the length of the text is code, on whichever side: ${kind}`, (t) => {
    const stayed = A.length + (FILES[0]?.length ?? 0);
    for (const length of [LENGTH_B + 1, LENGTH_B - 1, 0, -1, LENGTH_B + 2 ** 16, stayed]) {
      for (const told of [tell({ root: A }, { root: B, length }), tell({ root: B, length }, { root: A })]) {
        t.true(told.open > 0, `${length}`);
        t.is(derived(told), 0);
        t.like(told.functions, { changed: length === stayed ? 1 : (told.functions?.changed ?? 0) });
      }
    }
    t.true(tell({ root: A }, { root: A, length: LENGTH_B }).open > 0);
  });

  test(`a constant is no length where no convention says so: ${kind}`, (t) => {
    const bodies: readonly Body[] = [
      // Another register, another one between, the length put away, the address written over, a call, another constant.
      (length) => [...lea('488d05'), `be${length}`, 'c3'],
      (length) => [...lea('488d1d'), `b9${length}`, 'c3'],
      (length) => [...lea('488d3d'), '488d3c24', `be${length}`, 'c3'],
      (length) => [...lea('488d3d'), '488d3424', `be${length}`, 'c3'],
      (length) => [...lea('488d3d'), '4889df', `be${length}`, 'c3'],
      (length) => [...lea('488d3d'), '488bf3', `be${length}`, 'c3'],
      (length) => [...lea('488d3d'), 'ffd0', `be${length}`, 'c3'],
      (length) => [...lea('488d3d'), `81fe${length}`, 'c3'],
      (length) => [...lea('8d3d'), `be${length}`, 'c3'],
      (length) => [`be${length}`, ...lea('488d3d'), 'c3'],
    ];
    for (const [i, body] of bodies.entries()) {
      const told = tell({ root: A, body }, { root: B, body });
      t.true(told.open > 0, `${i}`);
      t.is(derived(told), 0);
    }
  });

  test(`the length of a text that is residue is residue in code: ${kind}`, (t) => {
    const files = ['/src/others.rs', ...FILES.slice(1)];
    for (const told of [
      tell({ root: A }, { root: B, files }),
      tell({ root: A, files: ['/bin/one', '/bin/two'] }, { root: B, files: ['/bin/one', '/bin/two'] }),
    ]) {
      t.true(told.open > 0);
      t.is(derived(told), 0);
    }
  });
}
