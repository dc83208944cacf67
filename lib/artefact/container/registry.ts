import { ar } from './ar.js';
import { CONTAINER_HEAD, type Container } from './container.js';
import { cpio } from './cpio.js';
import { deb } from './deb.js';
import { rpm } from './rpm.js';
import { tar } from './tar.js';

/** Every archive format, in the order in which they are asked: a .deb is an ar archive too; tar knows least for sure. */
export const CONTAINERS: readonly Container[] = [deb, ar, rpm, cpio, tar];

/** The container that a stream is, by its first `CONTAINER_HEAD` bytes (or all, if it has fewer). */
export function containerFor(head: Uint8Array): Container | undefined {
  const bytes = head.subarray(0, CONTAINER_HEAD);
  return CONTAINERS.find((container) => container.detect(bytes));
}
