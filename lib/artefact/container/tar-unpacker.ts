import { type Extract, extract, type Header } from 'tar-stream';
import { InputError } from '../../error.js';

/** What tar-stream makes of a member's header. */
export interface UnpackedHeader {
  /** One character a byte; a GNU long name has replaced the one in the header, and so has a pax `path`. */
  readonly name: string;
  readonly size: number;
  /** Where it takes the content to start. */
  readonly byteOffset: number;
}

/**
 * tar-stream, fed one piece at a time: a piece of content has gone through whole when `pass` returns, so
 * that it may lie in a buffer that its owner overwrites afterwards. tar-stream trusts what it is given: a size
 * of 2^90 in base 256 makes it wait for ever, zeros between members are skipped, an archive may end anywhere.
 * So `tar.ts` feeds it only what has been checked, and compares what it makes of it.
 */
export class Unpacker {
  readonly #extract: Extract = extract(OPTIONS);
  #header: UnpackedHeader | undefined;
  #passed: Uint8Array | undefined;
  /** What the piece on its way has still to do; `entry` and `data` may come before or after `drain`. */
  #wanted = { drain: false, data: false };
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  #failure: Error | undefined;

  constructor() {
    this.#extract.on('entry', (header: Header, content, next) => {
      const { name, size, byteOffset } = header as Header & { readonly byteOffset: number };
      this.#header = { name, size, byteOffset };
      if (size > 0) {
        content.on('error', () => {}); // The same error comes from the archive.
        content.on('data', (bytes) => {
          this.#passed = bytes as Uint8Array;
          this.#wanted.data = false;
          this.#settle();
        });
      }
      next();
    });
    this.#extract.on('drain', () => {
      if (this.#extract.destroying) return; // An `error` follows.
      this.#wanted.drain = false;
      this.#settle();
    });
    this.#extract.on('error', (error: Error) => {
      this.#failure = new InputError(`tar-stream refuses the archive: ${error.message}`);
      this.#reject(this.#failure);
    });
  }

  /** Padding, extension headers and their data. */
  feed(bytes: Uint8Array): Promise<void> {
    return this.#write(bytes, false);
  }

  /** A member's own header block; the next `size` bytes go through `pass`. */
  async open(block: Uint8Array): Promise<UnpackedHeader | undefined> {
    this.#header = undefined;
    await this.#write(block, false);
    return this.#header;
  }

  /** A piece of the content of the member that was opened last; comes back as tar-stream hands it on. */
  async pass(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    this.#passed = undefined;
    await this.#write(bytes, true);
    return this.#passed;
  }

  /** Frees everything; nothing may be fed afterwards. */
  close(): void {
    this.#extract.destroy();
  }

  #write(bytes: Uint8Array, data: boolean): Promise<void> {
    this.#wanted.drain = true;
    this.#wanted.data = data;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#failure === undefined) this.#extract.write(bytes);
      else reject(this.#failure);
    });
  }

  #settle(): void {
    if (!this.#wanted.drain && !this.#wanted.data) this.#resolve();
  }
}

/** Names come as their bytes. With no room in its queue every write is answered by one `drain`. */
const OPTIONS = { allowUnknownFormat: true, filenameEncoding: 'latin1', highWaterMark: 0 };
