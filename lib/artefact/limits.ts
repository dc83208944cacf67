/** What an input may cost. Every limit is an option of the command line; passing one is a `LimitError`. */
export interface Limits {
  /** Members of one side, over all its files. */
  readonly members: number;
  /** Decoded bytes of one side, over all its files. */
  readonly bytes: number;
  /** Decoded bytes for each encoded byte, looked at once `ratioFloor` bytes have been decoded. */
  readonly ratio: number;
  /** Containers and codecs inside each other. */
  readonly depth: number;
  /** Bytes of one member's name. */
  readonly name: number;
  /** Bytes of dictionary or window a decoder may ask for. */
  readonly dictionary: number;
}

export const DEFAULT_LIMITS: Limits = {
  members: 1_000_000,
  bytes: 64 * 2 ** 30,
  ratio: 500,
  depth: 16,
  name: 4096,
  dictionary: 128 * 2 ** 20,
};

/** Small inputs may be one run of zeros: the ratio counts from here on. Bytes. */
export const RATIO_FLOOR = 32 * 2 ** 20;

/** The command-line option that sets each limit. */
export const LIMIT_OPTIONS = {
  members: 'max-members',
  bytes: 'max-bytes',
  ratio: 'max-ratio',
  depth: 'max-depth',
  name: 'max-name',
  dictionary: 'max-dictionary',
} as const satisfies Record<keyof Limits, string>;
