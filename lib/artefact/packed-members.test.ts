import test from 'ava';
import fc from 'fast-check';
import type { RawMember } from './member.js';
import { packedMembers } from './packed-member.js';
import { packMembers } from './packed-members.js';

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const whole = fc.nat({ max: 2 ** 40 });

const member: fc.Arbitrary<RawMember> = fc
  .record({
    name: text,
    via: fc.array(text, { maxLength: 2 }),
    role: fc.constantFrom('content' as const, 'package' as const),
    metadata: fc.record({
      type: fc.constantFrom(
        'file' as const,
        'directory' as const,
        'symlink' as const,
        'block-device' as const,
      ),
      mode: optional(fc.nat({ max: 0o7777 })),
      uid: optional(whole),
      gid: optional(whole),
      uname: optional(text),
      gname: optional(text),
      mtime: optional(fc.double({ noNaN: true, min: -1e10, max: 1e10 }).map((mtime) => mtime + 0)),
      linkTarget: optional(text),
      device: optional(fc.tuple(fc.nat({ max: 4095 }), fc.nat({ max: 4095 }))),
      extra: optional(fc.dictionary(text, text, { noNullPrototype: true })),
    }),
    hardLink: optional(text),
    content: optional(
      fc.record({ kind: fc.constant('spool' as const), fd: fc.constant(7), offset: whole, length: whole }),
    ),
    digest: fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => Buffer.from(bytes).toString('hex')),
  })
  .map((all) => ({ ...all, input: 2, size: all.content?.length ?? 0, digest: all.content && all.digest }));

test('packed members come out as they went in', (t) => {
  fc.assert(
    fc.property(fc.array(member, { maxLength: 8 }), (members) => {
      const unpacked = [...packedMembers(packMembers(members), 2)].map((packed) => ({
        name: packed.name,
        via: packed.via,
        role: packed.role,
        metadata: {
          type: packed.type,
          mode: packed.mode,
          uid: packed.uid,
          gid: packed.gid,
          uname: packed.uname,
          gname: packed.gname,
          mtime: packed.mtime,
          linkTarget: packed.linkTarget,
          device: packed.device,
          extra: packed.extra,
        },
        hardLink: packed.hardLink,
        content: packed.content,
        digest: packed.digest,
        input: packed.input,
        size: packed.size,
      }));
      t.deepEqual(unpacked, members);
    }),
    { seed: 1 },
  );
});
