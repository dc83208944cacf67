import { relations } from '../debian-control.js';
import type { Ancestor, Evidence, Findings } from './evidence.js';
import type { SourceControl, SourceFacts } from './source.js';

/** Packages that are a Rust compiler, cargo or std: Debian's, its backports (`rustc-web`), Ubuntu's (`rustc-1.84`). */
const RUST = /^(?:rustc|cargo|rust-all|libstd-rust(?:-.*)?)(?:-(?:web|mozilla|\d+\.\d+))?$/;
const COMPILER = /^(?:rustc|rust-all)(?:-|$)/;
const MRUSTC = /^mrustc/;

/**
 * What the source package asks for to be built (Build-Depends), and what a .buildinfo says was installed when it was
 * built. A compiler that is asked for is an earlier package: the chain goes on. Where none is, it must come from elsewhere.
 */
export function buildDepends({ controls, bundled }: SourceFacts): Findings {
  const evidence: Evidence[] = [];
  const ancestors: Ancestor[] = [];
  // A .dsc repeats what debian/control says, and may be signed.
  const told = controls.some(({ kind }) => kind === 'dsc')
    ? controls.filter(({ kind }) => kind !== 'control')
    : controls;
  for (const control of told) {
    const found =
      control.kind === 'buildinfo'
        ? installed(control)
        : control.kind === 'changes'
          ? undefined
          : asked(control, bundled.length > 0);
    if (found === undefined) continue;
    evidence.push(...found.evidence);
    ancestors.push(...found.ancestors);
  }
  return { evidence, ancestors };
}

function asked(control: SourceControl, hasBundled: boolean): Findings | undefined {
  const source = control.paragraphs.find((paragraph) => paragraph.has('source'));
  if (source === undefined) return undefined;
  const fields = ['build-depends', 'build-depends-arch', 'build-depends-indep'];
  const wanted = fields.flatMap((field) => relations(source.get(field) ?? ''));
  const { standing, place } = placeOf(control);
  const mrustc = wanted.filter(({ name }) => MRUSTC.test(name));
  if (mrustc.length > 0)
    return independent(
      mrustc.map(({ text }) => text),
      'Build-Depends asks for',
      control,
    );
  const rust = wanted.filter(({ name }) => RUST.test(name));
  if (rust.length > 0) {
    const says = `Build-Depends asks for an earlier package of a Rust compiler: ${rust.map(({ text }) => text).join(', ')}`;
    const compilers = [...new Set(rust.filter(({ name }) => COMPILER.test(name)).map(({ name }) => name))];
    return {
      evidence: [{ kind: 'build-depends', supports: 'chain', standing, says, ...place }],
      ancestors: compilers.map((name) => ({
        what: `the earlier package ${name} of its distribution`,
        standing,
        keys: [`package:${name}`],
      })),
    };
  }
  const says = `Build-Depends of ${source.get('source')} asks for no Rust compiler${hasBundled ? ': the build can only start from the one that comes with the sources' : ''}`;
  return {
    evidence: [
      { kind: 'no-compiler-asked-for', ...(hasBundled && { supports: 'reset' }), standing, says, ...place },
    ],
    ancestors: [],
  };
}

/** Installed-Build-Depends of a .buildinfo (deb-buildinfo(5)): `rustc (= 1.84.0+dfsg1-2)`. */
function installed(control: SourceControl): Findings | undefined {
  const [paragraph] = control.paragraphs;
  const wanted = relations(paragraph?.get('installed-build-depends') ?? '');
  if (wanted.length === 0) return undefined;
  const { standing, place } = placeOf(control);
  const mrustc = wanted.filter(({ name }) => MRUSTC.test(name));
  if (mrustc.length > 0)
    return independent(
      mrustc.map(({ text }) => text),
      'installed when it was built:',
      control,
    );
  const rust = wanted.filter(({ name }) => RUST.test(name));
  if (rust.length === 0) {
    const says = 'no Rust compiler was installed when it was built';
    return { evidence: [{ kind: 'installed-compiler', standing, says, ...place }], ancestors: [] };
  }
  const says = `installed when it was built: ${rust.map(({ text }) => text).join(', ')}`;
  return {
    evidence: [{ kind: 'installed-compiler', supports: 'chain', standing, says, ...place }],
    ancestors: rust
      .filter(({ name }) => COMPILER.test(name))
      .map(({ name, text }) => ({
        what: `the earlier package ${text}`,
        standing,
        keys: [`package:${name}`],
      })),
  };
}

function independent(packages: readonly string[], how: string, control: SourceControl): Findings {
  const { standing, place } = placeOf(control);
  const says = `${how} mrustc, a compiler that was not built by rustc: ${packages.join(', ')}`;
  return {
    evidence: [{ kind: 'mrustc', supports: 'independent', standing, says, ...place }],
    ancestors: [{ what: 'mrustc', standing, keys: ['package:mrustc'] }],
  };
}

function placeOf({ signed, file, member }: SourceControl): {
  readonly standing: Evidence['standing'];
  readonly place: Pick<Evidence, 'file' | 'member'>;
} {
  return { standing: signed ? 'checked' : 'told', place: { file, ...(member !== undefined && { member }) } };
}
