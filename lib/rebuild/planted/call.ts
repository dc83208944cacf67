import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';

/** What a call of rustc says of the crate that it compiles, as far as a planted compiler must know. */
export interface Call {
  /** Empty where no crate is compiled. */
  readonly crate: string;
  readonly types: readonly string[];
  /** `-o`, where it is given. */
  readonly output: string | undefined;
  /** Where the crate's files go otherwise, and what stands behind the crate's name in theirs. */
  readonly folder: string;
  readonly suffix: string;
}

/** Reads the arguments of a call of rustc. */
export function readCall(args: readonly string[]): Call {
  const values = (long: string, short?: string): string[] =>
    args.flatMap((arg, i) => {
      if (arg === long || arg === short) return [args[i + 1] ?? ''];
      if (arg.startsWith(`${long}=`)) return [arg.slice(long.length + 1)];
      return short !== undefined && arg.startsWith(short) && !arg.startsWith('--') ? [arg.slice(2)] : [];
    });
  const codegen = values('--codegen', '-C');
  const source = args.find((arg) => arg.endsWith('.rs')) ?? '';
  const output = values('-o', '-o').at(-1);
  return {
    crate: values('--crate-name').at(-1) ?? parse(basename(source)).name.replaceAll('-', '_'),
    types: values('--crate-type').flatMap((types) => types.split(',')),
    output,
    folder: output === undefined ? (values('--out-dir').at(-1) ?? '.') : dirname(output),
    suffix:
      codegen.find((option) => option.startsWith('extra-filename='))?.slice('extra-filename='.length) ?? '',
  };
}

/** Files in which the code of the crate is: objects, archives, libraries, programs. */
const CODE = /^(?:|\.o|\.rlib|\.a|\.so|\.rcgu\.o)$/;

/** Those files of the crate that are there now; none where nothing was compiled. */
export function codeFiles({ crate, output, folder, suffix }: Call): string[] {
  if (output !== undefined) return [output];
  if (!existsSync(folder)) return [];
  const stem = `${crate}${suffix}`;
  return readdirSync(folder)
    .filter((name) =>
      [stem, `lib${stem}`].some((own) => name.startsWith(own) && CODE.test(name.slice(own.length))),
    )
    .sort()
    .map((name) => join(folder, name));
}
