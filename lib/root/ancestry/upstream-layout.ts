import { keysOf } from './built-by.js';
import type { Ancestor, Evidence, Findings } from './evidence.js';
import { FROM_TARBALL, factsOf, filesOf, firstOf, hasCommit, type RootFacts } from './root-facts.js';

/**
 * Whether a root is what the Rust project's dist server has: tarballs in its layout, or what rustup unpacked of them.
 * The layout alone is anybody's who runs `x.py dist`; a signature or a list of digests makes it upstream's.
 */
export function upstreamLayout(root: RootFacts): Findings {
  const { inputs } = root;
  const version = firstOf(root, 'version');
  const release = /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? '';
  const official = hasCommit(version) && !version.includes(FROM_TARBALL);
  const rustup = factsOf(root, 'version').find(({ from }) =>
    from.includes('multirust-channel-manifest.toml'),
  );
  const evidence: Evidence[] = [];
  const ancestors: Ancestor[] = [];
  if (inputs.length > 0 && inputs.every(({ layout }) => layout === 'rust-dist')) {
    const says = `laid out as upstream's dist server has it, version ${version || 'unknown'}`;
    evidence.push({
      kind: 'layout',
      ...(official && { supports: 'upstream' }),
      standing: 'told',
      says,
      file: filesOf(root),
    });
    for (const { check, file } of inputs) {
      if (check?.outcome === 'bad')
        evidence.push({
          kind: 'vouched',
          supports: 'unknown',
          standing: 'checked',
          says: `it was changed: ${check.why}`,
          file,
        });
    }
    const vouched = inputs.filter(({ check }) => check?.outcome === 'good');
    // One tarball of which nothing is known could be the compiler.
    const all = official && vouched.length === inputs.length;
    if (vouched.length > 0) {
      const by = [
        ...new Set(
          vouched.map(({ check }) => (check?.by === 'signature' ? 'signatures' : 'lists of digests')),
        ),
      ];
      evidence.push({
        kind: 'vouched',
        ...(all && { supports: 'upstream' }),
        standing: 'checked',
        says: `${vouched.length} of its ${inputs.length} tarballs are vouched for by ${by.join(' and ')}`,
        file: filesOf(root),
      });
    }
  } else if (rustup !== undefined && official) {
    const says = `rustup's manifest names upstream's release ${version}; what was installed bears no signature`;
    evidence.push({
      kind: 'layout',
      supports: 'upstream',
      standing: 'told',
      says,
      file: root.fileOf(rustup.from),
      member: [rustup.from],
    });
  }
  if (evidence.some(({ supports }) => supports === 'upstream')) {
    const checked = evidence.some((one) => one.supports === 'upstream' && one.standing === 'checked');
    ancestors.push({
      what: `upstream's rustc ${release}`,
      standing: checked ? 'checked' : 'told',
      keys: keysOf(version),
    });
  }
  return { evidence: [...evidence, ...builderConfig(root)], ancestors };
}

/** Bootstrap's configuration, as upstream's tarballs carry it: `build.rustc` names the compiler to start from. */
function builderConfig(root: RootFacts): Evidence[] {
  const settings = factsOf(root, 'builder-config');
  const [first] = settings;
  if (first === undefined) return [];
  const local = settings.find(({ value }) => /^build\.rustc = /.test(value));
  const { from } = local ?? first;
  const place = { file: root.fileOf(from), member: [from] };
  return [
    local === undefined
      ? {
          kind: 'builder-config',
          standing: 'told',
          says: "the configuration of its build names no compiler: bootstrap then takes upstream's stage0",
          ...place,
        }
      : {
          kind: 'builder-config',
          supports: 'chain',
          standing: 'told',
          says: `the configuration of its build names the compiler to start from: ${local.value}`,
          ...place,
        },
  ];
}
