import { encodeName } from '../name.js';

/** A member of a cpio archive to be made for a test. */
export interface CpioFixtureMember {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** With the file type; a plain file of mode 644 unless told. */
  readonly mode?: number;
  readonly ino?: number;
  readonly nlink?: number;
  readonly mtime?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly rdev?: readonly [number, number];
  /** Of the crc format, in place of the right one. */
  readonly check?: number;
}

export type CpioFixtureFormat = 'newc' | 'crc' | 'odc';

/** A cpio archive with its trailer. */
export function cpioFixture(
  members: readonly CpioFixtureMember[],
  format: CpioFixtureFormat = 'newc',
): Buffer {
  const parts = members.map((member, index) => cpioFixtureMember(member, format, index + 1));
  return Buffer.concat([...parts, cpioFixtureMember({ name: 'TRAILER!!!', mode: 0 }, format, 0)]);
}

export function cpioFixtureMember(member: CpioFixtureMember, format: CpioFixtureFormat, ino: number): Buffer {
  const content = Buffer.from(member.content ?? '');
  const name = Buffer.concat([encodeName(member.name), Buffer.of(0)]);
  const sum = content.reduce((total, byte) => (total + byte) >>> 0, 0);
  const m = {
    ino: member.ino ?? ino,
    mode: member.mode ?? 0o100644,
    uid: member.uid ?? 0,
    gid: member.gid ?? 0,
    nlink: member.nlink ?? 1,
    mtime: member.mtime ?? 0,
    rdev: member.rdev ?? ([0, 0] as const),
  };
  if (format === 'odc') {
    const octal = (value: number, width: number) => value.toString(8).padStart(width, '0');
    const fields = [0, m.ino, m.mode, m.uid, m.gid, m.nlink, (m.rdev[0] << 8) | m.rdev[1]];
    const header = `070707${fields.map((value) => octal(value, 6)).join('')}${octal(m.mtime, 11)}`;
    return Buffer.concat([
      Buffer.from(header + octal(name.length, 6) + octal(content.length, 11)),
      name,
      content,
    ]);
  }
  const check = format === 'crc' ? (member.check ?? sum) : 0;
  const fields = [m.ino, m.mode, m.uid, m.gid, m.nlink, m.mtime, content.length, 0, 0, ...m.rdev];
  const hex = [...fields, name.length, check].map((value) => value.toString(16).padStart(8, '0')).join('');
  const head = Buffer.concat([Buffer.from((format === 'crc' ? '070702' : '070701') + hex), name]);
  return Buffer.concat([head, fill(head.length), content, fill(content.length)]);
}

function fill(length: number): Buffer {
  return Buffer.alloc(-length & 3);
}
