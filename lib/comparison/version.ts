import { createRequire } from 'node:module';

/** This package's version, as package.json has it; asked of the package itself, since the code lies at several depths. */
export const VERSION: string = (
  createRequire(import.meta.url)('trustdiff/package.json') as { version: string }
).version;
