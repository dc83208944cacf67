import type { QuickstartTools, Recipe } from '../recipe.js';
import { EPOCH, type Workshop } from '../workshop.js';

const PROJECT = '/build/src/quickstart';

/**
 * What the README compares first. A trust root brings its cargo along, and with one rustc on both sides that is
 * all that is left of the two roots: in miniature what rust's own stage 2 shows.
 */
export const QUICKSTART: readonly Recipe[] = [
  {
    name: 'quickstart',
    what:
      'A compiler in miniature, installed as a sysroot: one source, one rustc, one path; ' +
      "driven by root A's cargo and by root B's, which names every crate with another hash.",
    causes: ['metadata-hash', 'crate-hash', 'type-id', 'build-id'],
    verdict: 'root-effect-unexplained',
    verdictWithoutControl: 'inconclusive',
    missing: ({ quickstart }) => (quickstart === undefined ? '--quickstart-rustc' : undefined),
    make: (shop, { quickstart }) => {
      if (quickstart === undefined) return;
      for (const side of ['a', 'control-a', 'b'] as const) {
        shop.clean();
        install(shop, quickstart, side);
      }
      const tar = 'tar --create --format=ustar --sort=name --owner=0 --group=0 --numeric-owner';
      shop.run(
        `${tar} --mtime=@${EPOCH} --directory=/out/b bin lib share | xz -9 > /out/b.tar.xz && rm -r /out/b`,
      );
    },
  },
];

function install(shop: Workshop, tools: QuickstartTools, side: 'a' | 'control-a' | 'b'): void {
  const options = {
    cwd: PROJECT,
    compiler: tools.rustc,
    see: { '/cargo': side === 'b' ? tools.cargoB : tools.cargoA },
  };
  shop.tools.add(`${side === 'b' ? 'b' : 'a'} ${shop.run('/cargo --version', options).trim()}`);
  shop.run('/cargo build --release --offline --locked', { ...options, env: { RUSTC: '/rust/bin/rustc' } });
  const libraries = `/out/${side}/lib/rustlib/x86_64-unknown-linux-gnu/lib`;
  const files = 'target/release/minic target/release/minic-count';
  shop.run(`install -Dm755 -t /out/${side}/bin ${files}`, options);
  shop.run(`install -Dm644 -t ${libraries} target/release/deps/libminic_*.rlib`, options);
  shop.run(`install -Dm644 -t /out/${side}/share/doc/minic minic.txt`, options);
  if (side === 'b') shop.run('install -Dm644 -t /out/b/share/doc/minic README.distribution', options);
}
