import test from 'ava';
import fc from 'fast-check';
import { AbortedError, InputError } from '../../error.js';
import { findDivergence, type JudgedPair, pairOf } from './divergence.js';
import type { Invocation } from './invocation.js';
import { digestOf, madeLog } from './log-fixture.js';
import { type Replayer, replayInvocation } from './replay.js';
import type { ReplayOutcome } from './replay-judge.js';
import type { ReplayRequest, Side } from './replay-plan.js';

/** What a call of a crate that differs in everything can depend on. */
const INPUTS = ['rustc', 'source', 'hash', 'FOO', 'BAR', 'cfg'] as const;
type Input = (typeof INPUTS)[number];

/** The ids of the variables by which a plan names them. */
const IDS: Readonly<Record<Input, string>> = {
  ...{ rustc: 'rustc', source: '/src/x.rs', hash: 'cargo-hash', FOO: 'FOO', BAR: 'BAR', cfg: '--cfg' },
};

/** The differences that an input shows as. */
const PARTS: Readonly<Record<Input, readonly string[]>> = {
  ...{ rustc: ['/root/bin/rustc'], source: ['/src/x.rs'], hash: ['-C metadata', '-C extra-filename'] },
  ...{ FOO: ['FOO'], BAR: ['RUST_BAR'], cfg: ['--cfg'] },
};

const environment = (side: Side) => ({ FOO: `foo ${side}`, RUST_BAR: `bar ${side}` });
const logs = (['a', 'b'] as const).map((side) =>
  madeLog(
    [
      {
        name: 'x',
        dependencies: [],
        source: side,
        cfg: `cfg_${side}`,
        hash: digestOf(side).slice(0, 16),
        environment: environment(side),
      },
    ],
    `rustc ${side}`,
  ),
);

function pair(): JudgedPair {
  const [a, b] = logs;
  if (a === undefined || b === undefined) throw new Error('two logs');
  const { first } = findDivergence(a, b);
  const found = first === null ? undefined : pairOf(first.invocation, a, b);
  if (found === undefined) throw new Error('nothing diverged');
  return found;
}

/** What one input is in a request. */
function inputOf(request: ReplayRequest, input: Input): unknown {
  switch (input) {
    case 'rustc':
      return request.compiler;
    case 'source':
      return request.files.find(({ at }) => at === '/src/x.rs')?.from ?? request.side;
    case 'hash':
      return request.argv.filter((arg) => /^(metadata|extra-filename)=/.test(arg));
    case 'FOO':
      return request.environment.FOO;
    case 'BAR':
      return request.environment.RUST_BAR;
    case 'cfg':
      // `--cfg x` and `--cfg=x` are the same to rustc.
      return request.argv.join(' ').match(/--cfg[ =](\S+)/)?.[1];
  }
}

/** A rustc whose output hangs on these inputs alone, and the pair as it would be with it. */
function modelled(causes: readonly Input[], more: (request: ReplayRequest) => unknown = () => null) {
  const given = pair();
  const output = (request: ReplayRequest): string =>
    digestOf(...causes.map((input) => inputOf(request, input)), more(request));
  const made = (invocation: Invocation, request: ReplayRequest): Invocation => ({
    ...invocation,
    outputs: invocation.outputs.map((file) => ({ ...file, digest: output(request) })),
  });
  const asIs = (side: Side): ReplayRequest => ({
    ...{
      id: 'log',
      side,
      compiler: side,
      rustc: '',
      cwd: '',
      needs: [],
      files: [],
      without: [],
      folders: [],
    },
    ...{ argv: given[side].argv, environment: given[side].environment },
  });
  const real: JudgedPair = { ...given, a: made(given.a, asIs('a')), b: made(given.b, asIs('b')) };
  const ran: ReplayRequest[] = [];
  const replayer: Replayer = {
    run: async (request): Promise<ReplayOutcome> => {
      ran.push(request);
      return { kind: 'ran', invocation: made(real[request.side], request) };
    },
  };
  return { real, replayer, ran };
}

const signal = new AbortController().signal;
const idOf = (input: Input): string => (input === 'BAR' ? 'RUST_BAR' : IDS[input]);

for (const cause of INPUTS) {
  test(`where ${cause} alone matters, it is the cause and all else is refuted`, async (t) => {
    const { real, replayer } = modelled([cause]);
    const report = await replayInvocation(real, replayer, signal);
    t.deepEqual(report.causes, [idOf(cause)]);
    t.is(report.verdict, cause === 'hash' ? 'causes-together' : 'cause-confirmed');
    for (const { id, group, standing } of report.variables)
      if (!group && id !== idOf(cause) && !(cause === 'hash' && id.startsWith('-C')))
        t.is(standing, 'refuted', id);
  });
}

test('where several matter together, none alone is confirmed, and all of them together are', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([...INPUTS], { minLength: 2 }), async (causes) => {
      const { real, replayer } = modelled(causes);
      const report = await replayInvocation(real, replayer, signal);
      t.is(report.verdict, 'causes-together');
      const [cause = ''] = report.causes;
      const parts = report.variables.find(({ id }) => id === cause)?.parts ?? [];
      // All that matters is among what is told, and what does not matter is not.
      for (const input of INPUTS) {
        const names = PARTS[input];
        t.is(
          names.some((name) => parts.includes(name)),
          causes.includes(input),
          `${input} in ${cause}`,
        );
      }
      t.false(report.variables.some(({ group, standing }) => !group && standing === 'confirmed'));
    }),
  );
});

test('where something matters that the log does not know, no cause is confirmed', async (t) => {
  const { real, replayer } = modelled([], ({ side }) => side);
  const report = await replayInvocation(real, replayer, signal);
  t.is(report.verdict, 'not-logged');
  t.deepEqual(new Set(report.variables.map(({ standing }) => standing)), new Set(['refuted']));
});

test('a call that gives other outputs when it is made again is noise, and nothing else is run', async (t) => {
  let n = 0;
  const { real, replayer, ran } = modelled(['FOO'], () => n++);
  t.like(await replayInvocation(real, replayer, signal), { verdict: 'noise', variables: [], causes: [] });
  t.is(ran.length, 2);
});

test('a variant that fails leaves its variable open', async (t) => {
  const { real, replayer } = modelled(['rustc']);
  const failing: Replayer = {
    run: async (request, stop) => {
      if (request.compiler !== request.side) throw new InputError('it is gone', { file: '/root' });
      return replayer.run(request, stop);
    },
  };
  const report = await replayInvocation(real, failing, signal);
  t.is(report.verdict, 'undecided');
  t.like(report.variables[0], { id: 'rustc', standing: 'failed', reason: '/root: it is gone' });
});

test('a call that saw another input than in the run does not stand for it', async (t) => {
  const { real, replayer } = modelled(['FOO']);
  const other: Replayer = {
    run: async (request, stop) => {
      const outcome = await replayer.run(request, stop);
      if (outcome.kind === 'failed') return outcome;
      const inputs = outcome.invocation.inputs.map((input) => ({ ...input, digest: digestOf('other') }));
      return { kind: 'ran', invocation: { ...outcome.invocation, inputs } };
    },
  };
  const report = await replayInvocation(real, other, signal);
  t.is(report.verdict, 'failed');
  t.is(report.reproduction.a.reason, '/src/x.rs is not what it was in the run');
});

test('a replay that is stopped ends there', async (t) => {
  const stop = new AbortController();
  const { real, replayer, ran } = modelled(['FOO']);
  const stopping: Replayer = {
    run: async (request, given) => {
      stop.abort();
      return replayer.run(request, given);
    },
  };
  await t.throwsAsync(replayInvocation(real, stopping, stop.signal), { instanceOf: AbortedError });
  t.is(ran.length, 1);
});

for (const [what, sufficient] of [
  ['both are needed for what B gave', false],
  ['each is enough for what B gave', true],
] as const) {
  test(`where of two variables ${what}, none is confirmed alone and none refuted`, async (t) => {
    const { real, replayer } = modelled([], (request) => {
      const ofB = [request.compiler === 'b', request.environment.FOO === 'foo b'];
      return sufficient ? ofB.includes(true) : !ofB.includes(false);
    });
    const report = await replayInvocation(real, replayer, signal);
    t.deepEqual(report.causes, ['rustc + FOO']);
    for (const { id, standing } of report.variables)
      if (id === 'rustc' || id === 'FOO') t.is(standing, 'partial', id);
  });
}

test('a rustc that writes nothing when it runs again has failed', async (t) => {
  const { real } = modelled(['FOO']);
  const silent: Replayer = {
    run: async ({ side }) => ({ kind: 'ran', invocation: { ...real[side], outputs: [] } }),
  };
  const report = await replayInvocation(real, silent, signal);
  t.is(report.verdict, 'failed');
  t.is(report.reproduction.a.reason, 'rustc wrote nothing');
});
