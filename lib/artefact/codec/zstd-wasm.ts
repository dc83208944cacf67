import { ZSTDDecoder } from 'zstddec/stream';
import { InputError } from '../../error.js';

/** What one call of ZSTD_decompressStream did. */
interface Step {
  /** Bytes of input. */
  readonly consumed: number;
  /** Decoded content; overwritten by the next step. */
  readonly produced: Uint8Array;
  /** Whether the room for output was filled, so that there may be more without further input. */
  readonly full: boolean;
  /** A ZSTD_ErrorCode, 0 when all is well. */
  readonly error: number;
}

/** libzstd in WebAssembly with one decoding context. */
export interface Libzstd {
  /** Bytes that `feed` takes at most. */
  readonly inputSize: number;
  /** Bytes of what was fed last that are consumed. */
  readonly consumed: number;
  /** Whether all frames so far are decoded and handed out to the end. */
  readonly finished: boolean;
  feed(piece: Uint8Array): void;
  step(): Step;
  giveBack(): void;
}

/**
 * A libzstd for one stream. zstddec's own loop is left aside: it goes round for ever on some corrupt input,
 * takes errors for progress, leaks its context when it is left early, and reports a frame as incomplete when
 * the last output did not fit. Its WebAssembly is used directly, one instance for a stream at a time, since
 * WebAssembly memory never shrinks and only goes with its instance.
 */
export async function borrowLibzstd(): Promise<Libzstd> {
  const module = await compiled();
  const memory = idle ?? new Memory(module);
  idle = undefined;
  return memory.borrow();
}

/** One instance that has not grown large is kept for the next stream. */
let idle: Memory | undefined;
const KEPT_SIZE = 32 * 2 ** 20;

const INPUT_SIZE = 1 << 17;
const OUTPUT_SIZE = 1 << 18;

/** The parts of zstddec's WebAssembly that are used. Pointers and sizes are 32-bit. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  free(pointer: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): number;
  ZSTD_decompressStream(context: number, out: number, input: number): number;
}

/** The compiler settings leave out the DOM library, where the types of WebAssembly are. */
declare const WebAssembly: {
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

let compiling: Promise<object> | undefined;

/** zstddec carries the WebAssembly as text and shows it to nobody but `_init`. */
function compiled(): Promise<object> {
  compiling ??= (async () => {
    let module: object | undefined;
    class Capture extends ZSTDDecoder {
      override _init(result: { readonly module: object }): void {
        module = result.module;
      }
    }
    await new Capture().init();
    if (module === undefined) throw new Error('zstddec was set up elsewhere and hides its WebAssembly');
    return module;
  })();
  return compiling;
}

class Memory {
  readonly #exports: Exports;
  readonly #input: number;
  readonly #output: number;
  /** ZSTD_inBuffer and, behind it, ZSTD_outBuffer: pointer, size, position. */
  readonly #buffers: number;

  constructor(module: object) {
    const imports = { env: { emscripten_notify_memory_growth() {} } };
    this.#exports = new WebAssembly.Instance(module, imports).exports as Exports;
    this.#input = this.#allocate(INPUT_SIZE);
    this.#output = this.#allocate(OUTPUT_SIZE);
    this.#buffers = this.#allocate(24);
  }

  borrow(): Libzstd {
    const exports = this.#exports;
    const context = exports.ZSTD_createDCtx();
    if (context === 0) throw new InputError(OUT_OF_MEMORY);
    const [inBuffer, outBuffer] = [this.#buffers, this.#buffers + 12];
    const produced = Buffer.allocUnsafeSlow(OUTPUT_SIZE);
    let consumed = 0;
    let finished = true;
    return {
      inputSize: INPUT_SIZE,
      get consumed() {
        return consumed;
      },
      get finished() {
        return finished;
      },
      feed: (piece) => {
        new Uint8Array(exports.memory.buffer).set(piece, this.#input);
        this.#setBuffer(inBuffer, this.#input, piece.length);
        consumed = 0;
      },
      step: () => {
        this.#setBuffer(outBuffer, this.#output, OUTPUT_SIZE);
        const result = exports.ZSTD_decompressStream(context, outBuffer, inBuffer);
        const error = result < 0 && result > -MAX_ERROR ? -result : 0;
        finished = result === 0;
        const before = consumed;
        consumed = this.#position(inBuffer);
        const length = this.#position(outBuffer);
        produced.set(new Uint8Array(exports.memory.buffer, this.#output, length));
        return {
          consumed: consumed - before,
          produced: produced.subarray(0, length),
          full: length === OUTPUT_SIZE,
          error,
        };
      },
      giveBack: () => {
        exports.ZSTD_freeDCtx(context);
        if (exports.memory.buffer.byteLength <= KEPT_SIZE) idle = this;
      },
    };
  }

  #allocate(size: number): number {
    const pointer = this.#exports.malloc(size);
    if (pointer === 0) throw new InputError(OUT_OF_MEMORY);
    return pointer;
  }

  #setBuffer(at: number, pointer: number, size: number): void {
    new Uint32Array(this.#exports.memory.buffer, at, 3).set([pointer, size, 0]);
  }

  #position(at: number): number {
    return new Uint32Array(this.#exports.memory.buffer, at, 3)[2] ?? 0;
  }
}

/** ZSTD_error_maxCode: results above -120, taken as unsigned, are errors. */
const MAX_ERROR = 120;

const OUT_OF_MEMORY = 'there is not enough memory to decode the zstd stream';
