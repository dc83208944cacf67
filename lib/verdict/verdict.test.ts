import test from 'ava';
import fc from 'fast-check';
import type { Reason } from './comparable.js';
import {
  type ControlEvidence,
  type Evidence,
  type ExplainedEvidence,
  FAIL_ON,
  judge,
  VERDICTS,
  type VerdictId,
} from './verdict.js';

const SAME = { content: 0, metadata: 0, type: 0, onlyA: 0, onlyB: 0, package: 0 };

const NOTHING: Evidence = {
  labelA: 'A',
  labelB: 'B',
  comparedFiles: 3,
  comparedBytes: 1000,
  differences: SAME,
  masks: [],
  maskedMembers: 0,
  troubles: 0,
  reasons: [],
  controls: [],
  noisyPaths: 0,
  rootOnly: [],
  rootOnlyBytes: 0,
  failOn: [],
};

const differs: Partial<Evidence> = { differences: { ...SAME, content: 1 } };
const masked: Partial<Evidence> = { masks: ['unpacked-metadata: 2 members; why.'], maskedMembers: 2 };
const control: ControlEvidence = { of: 'a', usable: true, clean: true };
const failed: ControlEvidence = { of: 'b', usable: false, clean: false, why: 'it could not be read whole' };
const apart: Reason = {
  fact: 'rust.lto',
  a: 'thin',
  b: 'off',
  weight: 'not-comparable',
  why: 'It changes the code.',
};
const aside: Reason = { ...apart, weight: 'differs' };
const EXPLAINED: ExplainedEvidence = {
  residue: [],
  causes: ['type-id: 32 bytes in 1 file, 2 tokens. TypeId constants.'],
  files: 1,
  bytes: 32,
  segments: 2,
  origin: 'Another version of the compiler: 1.84 ↔ 1.85.',
};
const LEFT: ExplainedEvidence = {
  ...EXPLAINED,
  residue: [{ path: 'bin/rustc', places: ['.text › core::fmt::write'], bytes: 4 }],
};
const found: Partial<Evidence> = { ...differs, rootOnly: ['bin/rustc'], rootOnlyBytes: 8 };

interface Case {
  readonly evidence: Partial<Evidence>;
  readonly is: VerdictId;
  readonly exit: 0 | 1 | 2;
  /** What the sentences or reasons must say. */
  readonly says?: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  'nothing differs': { evidence: {}, is: 'identical', exit: 0, says: /3 files, 1000 bytes, none unpaired/ },
  'nothing differs but what masks cover': {
    evidence: masked,
    is: 'equivalent',
    exit: 0,
    says: /unpacked-metadata: 2 members/,
  },
  'masks cover all, and that is to fail': {
    evidence: { ...masked, failOn: ['equivalent'] },
    is: 'equivalent',
    exit: 1,
  },
  'something could not be checked': {
    evidence: { troubles: 1 },
    is: 'inconclusive',
    exit: 2,
    says: /1 part of the input could not be checked, so nothing is said about the whole\. No difference was found/,
  },
  'something could not be checked and something differs': {
    evidence: { ...found, troubles: 2, controls: [control] },
    is: 'inconclusive',
    exit: 2,
    says: /1 file differs in content in what could be checked/,
  },
  'a file differs and no control is given': {
    evidence: differs,
    is: 'inconclusive',
    exit: 1,
    says: /No control was given/,
  },
  'only metadata differs': {
    evidence: { differences: { ...SAME, metadata: 2 } },
    is: 'inconclusive',
    exit: 1,
    says: /2 only in metadata/,
  },
  'only a type differs': { evidence: { differences: { ...SAME, type: 1 } }, is: 'inconclusive', exit: 1 },
  'a file is only in A': {
    evidence: { differences: { ...SAME, onlyA: 1 } },
    is: 'inconclusive',
    exit: 1,
    says: /1 only in A/,
  },
  'a file is only in B': {
    evidence: { differences: { ...SAME, onlyB: 1 } },
    is: 'inconclusive',
    exit: 1,
    says: /1 only in B/,
  },
  'only package metadata differs': {
    evidence: { differences: { ...SAME, package: 1 } },
    is: 'inconclusive',
    exit: 1,
  },
  'a file differs and so does the configuration': {
    evidence: { ...differs, reasons: [apart] },
    is: 'not-comparable',
    exit: 1,
    says: /rust\.lto: thin against off\. It changes the code\./,
  },
  'the configuration differs, and no file': { evidence: { reasons: [apart] }, is: 'identical', exit: 0 },
  'a fact differs that leaves the question open': {
    evidence: { ...differs, reasons: [aside] },
    is: 'inconclusive',
    exit: 1,
  },
  'configuration differs though there is a control': {
    evidence: { ...found, reasons: [apart], controls: [control] },
    is: 'not-comparable',
    exit: 1,
  },
  'the control failed': {
    evidence: { ...differs, controls: [failed] },
    is: 'inconclusive',
    exit: 1,
    says: /The control of B cannot serve: it could not be read whole\./,
  },
  'one of two controls failed': {
    evidence: { ...found, controls: [control, failed] },
    is: 'inconclusive',
    exit: 1,
  },
  'a control shows every difference': {
    evidence: { ...differs, noisyPaths: 1, controls: [{ ...control, clean: false }] },
    is: 'noise',
    exit: 0,
    says: /This noise can hide a smaller root effect\./,
  },
  'noise, and that is to fail': {
    evidence: { ...differs, noisyPaths: 1, controls: [{ ...control, clean: false }], failOn: ['noise'] },
    is: 'noise',
    exit: 1,
  },
  'noise, and something else is to fail': {
    evidence: { ...differs, controls: [{ ...control, clean: false }], failOn: ['equivalent'] },
    is: 'noise',
    exit: 0,
  },
  'nothing differs, and the roots share an ancestor': {
    evidence: { sharedAncestor: 'rustc 1.54' },
    is: 'identical-shared-ancestor',
    exit: 0,
    says: /Both roots descend from rustc 1\.54; a backdoor older than that would not be seen\./,
  },
  'nothing differs, the roots share an ancestor, and that is to fail': {
    evidence: { sharedAncestor: 'rustc 1.54', failOn: ['identical-shared-ancestor'] },
    is: 'identical-shared-ancestor',
    exit: 1,
  },
  'a file differs though the roots share an ancestor': {
    evidence: { ...differs, sharedAncestor: 'rustc 1.54' },
    is: 'inconclusive',
    exit: 1,
  },
  'all that differs has a confirmed cause and no control is given': {
    evidence: { ...differs, explained: EXPLAINED },
    is: 'equivalent',
    exit: 0,
    says: /Equal but for 32 bytes \(of both sides\) in 2 regions of 1 file, .* Another version .*type-id: 32 bytes/,
  },
  'all that differs has a confirmed cause, and that is to fail': {
    evidence: { ...differs, explained: EXPLAINED, failOn: ['equivalent'] },
    is: 'equivalent',
    exit: 1,
  },
  'a residue is left': {
    evidence: { ...differs, explained: LEFT },
    is: 'inconclusive',
    exit: 1,
    says: /4 bytes without a confirmed cause in bin\/rustc: \.text › core::fmt::write\./,
  },
  'all that differs has a confirmed cause, but something could not be checked': {
    evidence: { ...differs, explained: EXPLAINED, troubles: 1 },
    is: 'inconclusive',
    exit: 2,
  },
  'all that differs has a confirmed cause, but the configuration differs': {
    evidence: { ...differs, explained: EXPLAINED, reasons: [apart] },
    is: 'not-comparable',
    exit: 1,
  },
  'all that differs has a confirmed cause, but the control failed': {
    evidence: { ...differs, explained: EXPLAINED, controls: [failed] },
    is: 'inconclusive',
    exit: 1,
  },
  'what no control shows has a confirmed cause': {
    evidence: { ...found, explained: EXPLAINED, controls: [control] },
    is: 'root-effect-explained',
    exit: 1,
    says: /8 bytes in 1 file differ and vary in no control\. The root changed them through causes that are confirmed/,
  },
  'what no control shows has a confirmed cause only in part': {
    evidence: { ...found, explained: LEFT, controls: [control] },
    is: 'root-effect-unexplained',
    exit: 1,
    says: /Cause unknown of 4 bytes in 1 file\. This is not proof of tampering\..*core::fmt::write/,
  },
  'a control shows every difference, whatever its cause': {
    evidence: { ...differs, noisyPaths: 1, explained: EXPLAINED, controls: [{ ...control, clean: false }] },
    is: 'noise',
    exit: 0,
  },
  'a difference that no control shows': {
    evidence: { ...found, controls: [control] },
    is: 'root-effect-unexplained',
    exit: 1,
    says: /8 bytes in 1 file differ and vary in no control: bin\/rustc\. Cause unknown\. This is not proof of tampering\./,
  },
};

for (const [title, { evidence, is, exit, says = /./ }] of Object.entries(CASES)) {
  test(`the verdict is ${is}, with status ${exit}, when: ${title}`, (t) => {
    const verdict = judge({ ...NOTHING, ...evidence });
    t.is(verdict.id, is);
    t.is(verdict.exit, exit);
    t.regex([...verdict.says, ...verdict.reasons].join(' '), says);
    t.is(verdict.reasons.length > 0, is !== 'identical');
  });
}

test('every verdict has a case', (t) => {
  const reached = new Set<VerdictId>(Object.values(CASES).map((of) => of.is));
  t.deepEqual([...reached].sort(), [...VERDICTS].sort());
});

test('k clean controls bound the rate of a flake at 3/k', (t) => {
  const reasons = (clean: number, noisy: number): string => {
    const controls = [...Array(clean).fill(control), ...Array(noisy).fill({ ...control, clean: false })];
    return judge({ ...NOTHING, ...found, controls }).reasons.join(' ');
  };
  t.regex(reasons(30, 0), /30 controls, 30 equal.*: at most about 10 % of builds vary by chance/);
  t.regex(reasons(30, 3), /33 controls, 30 equal.*: at most about 10 % of builds/);
  t.regex(reasons(3, 0), /too few to bound/);
  t.regex(reasons(0, 2), /2 controls, 0 equal/);
  t.notRegex(reasons(0, 2), /% +of builds/);
});

test('five paths are named, and how many more there are', (t) => {
  const rootOnly = Array.from({ length: 7 }, (_, i) => `file-${i}`);
  const [first] = judge({ ...NOTHING, ...found, rootOnly, controls: [control] }).says;
  t.regex(first ?? '', /in 7 files .*: file-0, file-1, file-2, file-3, file-4 and 2 more\.$/);
});

const count = fc.nat(3);
const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  labelA: fc.constant('root one'),
  labelB: fc.constant('root two'),
  comparedFiles: count,
  comparedBytes: count,
  differences: fc.record({
    content: count,
    metadata: count,
    type: count,
    onlyA: count,
    onlyB: count,
    package: count,
  }),
  masks: fc.constantFrom([], ['a mask']),
  maskedMembers: count,
  troubles: count,
  reasons: fc.constantFrom([], [apart], [aside]),
  controls: fc.array(fc.constantFrom(control, failed, { ...control, clean: false }), { maxLength: 3 }),
  noisyPaths: count,
  rootOnly: fc.constantFrom([], ['bin/rustc']),
  rootOnlyBytes: count,
  sharedAncestor: fc.constantFrom(undefined, 'rustc 1.54'),
  explained: fc.constantFrom(undefined, EXPLAINED, LEFT),
  failOn: fc.subarray([...FAIL_ON]),
});

test('no verdict ever says more than was shown', (t) => {
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      const { says, reasons } = judge(evidence);
      const text = [...says, ...reasons].join(' ');
      return !/no backdoor|compromised|harmless|\bsafe\b|\bverified\b|malicious|independent/i.test(text);
    }),
  );
  t.pass();
});

test('status 0 is given only where everything was checked, and nothing differs, or it is noise or explained', (t) => {
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      const { id, exit } = judge(evidence);
      const explained = evidence.explained?.residue.length === 0 && evidence.controls.length === 0;
      const differences = Object.values(evidence.differences).reduce((sum, n) => sum + n, 0);
      if (evidence.troubles > 0) return exit === 2;
      if (exit === 0) return differences === 0 || id === 'noise' || (id === 'equivalent' && explained);
      return exit === 1 && (differences > 0 || evidence.failOn.includes(id as 'noise'));
    }),
  );
  t.pass();
});

test('with trouble there is never a verdict but inconclusive', (t) => {
  fc.assert(fc.property(anyEvidence, (e) => e.troubles === 0 || judge(e).id === 'inconclusive'));
  t.pass();
});

test('every report says what no verdict covers', (t) => {
  t.regex(judge(NOTHING).doesNotCover.join(' '), /LLVM, linker, libc.*What the sources themselves do\./s);
});
