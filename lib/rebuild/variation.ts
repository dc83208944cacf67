/** What a control may do otherwise than the build it repeats, to show what the output hangs on. */
export const VARIATIONS = ['path', 'time', 'umask', 'locale', 'cores', 'hostname', 'file-order'] as const;
export type Variation = (typeof VARIATIONS)[number];
