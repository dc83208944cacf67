import { join } from 'node:path';
import type { Stage } from './recipe.js';

/** The host's directories of one run. */
export interface RunFolders {
  readonly source: string;
  readonly root: string;
  /** The root whose cargo is used, and the one whose rustc is; the run's own unless the experiment says otherwise. */
  readonly cargoRoot: string;
  readonly rustcRoot: string;
  /** Scratch that all stages share, and that none of them compares. */
  readonly build: string;
  readonly home: string;
  /** One folder of output a stage. */
  readonly out: string;
  /** Where the wrapper of rustc writes what it was asked to do. */
  readonly log: string;
}

/** The same directories as a stage's command sees them. */
export type Place = { readonly [K in keyof RunFolders]: string } & {
  readonly tools: string;
};

/** In a sandbox every run sees the same paths, wherever the experiment lies. */
export function sealedPlace(top: string): Place {
  return {
    source: join(top, 'src'),
    root: join(top, 'root'),
    cargoRoot: join(top, 'cargo'),
    rustcRoot: join(top, 'rustc'),
    build: join(top, 'build'),
    home: join(top, 'home'),
    out: join(top, 'out'),
    log: join(top, 'log'),
    tools: join(top, 'tools'),
  };
}

/** What a build is told besides what its recipe and experiment say; the same for every run but for variations. */
export interface Surroundings {
  /** Processors, and the number of jobs. */
  readonly cores: number;
  /** Seconds since 1970 that a build shall take for its time (reproducible-builds.org/specs/source-date-epoch). */
  readonly epoch: number;
  readonly locale: string;
  readonly timeZone: string;
  readonly umask: string;
  readonly hostname: string;
}

export const SURROUNDINGS: Omit<Surroundings, 'cores'> = {
  epoch: 1_735_689_600,
  locale: 'C.UTF-8',
  timeZone: 'UTC',
  umask: '022',
  hostname: 'trustdiff',
};

/** The whole environment of a stage; nothing of the caller's own comes in. */
export function environmentOf(
  place: Place,
  stage: Stage,
  surroundings: Surroundings,
  experiment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const libraries = [place.rustcRoot, place.cargoRoot].flatMap((root) => [
    `${root}/lib`,
    `${root}/lib/${MULTIARCH[process.arch] ?? process.arch}`,
  ]);
  return {
    PATH: `${place.tools}:/usr/local/bin:/usr/bin:/bin`,
    HOME: place.home,
    CARGO_HOME: `${place.home}/.cargo`,
    TMPDIR: '/tmp',
    LC_ALL: surroundings.locale,
    TZ: surroundings.timeZone,
    SOURCE_DATE_EPOCH: String(surroundings.epoch),
    PYTHONDONTWRITEBYTECODE: '1',
    // A distribution's compiler finds its libraries where they are installed; here that is below the root.
    LD_LIBRARY_PATH: [...new Set(libraries)].join(':'),
    ...experiment,
    ...stage.environment,
    TRUSTDIFF_SRC: place.source,
    TRUSTDIFF_ROOT: place.root,
    TRUSTDIFF_BUILD: place.build,
    TRUSTDIFF_OUT: join(place.out, stage.name),
    TRUSTDIFF_STAGES: place.out,
    TRUSTDIFF_TOOLS: place.tools,
    TRUSTDIFF_RUSTC: join(place.tools, 'rustc'),
    TRUSTDIFF_RUSTC_WRAPPER: join(place.tools, 'rustc-wrapper'),
    TRUSTDIFF_REAL_RUSTC: join(place.rustcRoot, 'bin/rustc'),
    TRUSTDIFF_CARGO: join(place.cargoRoot, 'bin/cargo'),
    TRUSTDIFF_LOG: place.log,
    TRUSTDIFF_JOBS: String(surroundings.cores),
  };
}

/** Debian's names of the folders for one machine's libraries. */
const MULTIARCH: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  ia32: 'i386-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  ppc64: 'powerpc64le-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  s390x: 's390x-linux-gnu',
};
