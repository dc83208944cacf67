/**
 * What a control may do otherwise than the build it repeats, to show what the output hangs on. `time` is what a build is
 * told of it, SOURCE_DATE_EPOCH and the zone: the clock stays the host's, since only a library loaded into every program
 * could show another one.
 */
export const VARIATIONS = ['path', 'time', 'umask', 'locale', 'cores', 'hostname', 'file-order'] as const;
export type Variation = (typeof VARIATIONS)[number];
