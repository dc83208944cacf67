import { createHash } from 'node:crypto';

/**
 * Makes the checksums right again that a mutation broke: without it a reader would refuse nearly every mutation
 * at its first check, and the code behind it would never run.
 */
export type Repair = (bytes: Buffer) => Buffer;

/** The checksum of every block that looks like a tar header. */
export function repairTar(bytes: Buffer): Buffer {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = bytes.subarray(at, at + 512);
    if (!block.toString('latin1', 257, 262).startsWith('ustar')) continue;
    block.fill(' ', 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return bytes;
}

const RPM_LEAD = 96;
const HEX_DIGEST = /[0-9a-f]{64}/;

/** The digests that an rpm has of its payload and of its header, where its parts are still found. */
export function repairRpm(bytes: Buffer): Buffer {
  const signatureEnd = rpmHeaderEnd(bytes, RPM_LEAD);
  const start = signatureEnd + (-signatureEnd & 7);
  const end = rpmHeaderEnd(bytes, start);
  if (end <= start || end > bytes.length) return bytes;
  setDigest(bytes.subarray(start, end), bytes.subarray(end));
  setDigest(bytes.subarray(RPM_LEAD, signatureEnd), bytes.subarray(start, end));
  return bytes;
}

function rpmHeaderEnd(bytes: Buffer, at: number): number {
  if (at + 16 > bytes.length) return 0;
  return at + 16 + 16 * bytes.readUInt32BE(at + 8) + bytes.readUInt32BE(at + 12);
}

function setDigest(header: Buffer, of: Buffer): void {
  const stored = HEX_DIGEST.exec(header.toString('latin1'));
  if (stored !== null) header.write(createHash('sha256').update(of).digest('hex'), stored.index, 'latin1');
}
