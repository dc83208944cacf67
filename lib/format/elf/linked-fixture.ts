/**
 * Three shared libraries of three functions (`three: ret`, `one: nop; ret`, `two: nop; nop; ret`, each with CFI), as
 * linkers left them, for readers that say what linkers do. Assembled with GNU as 2.40 for x86-64 and linked with
 *
 * - `gnuLd`: `ld.bfd -shared --build-id=sha1 --eh-frame-hdr -z noseparate-code --hash-style=both` (2.40)
 * - `gold`: `ld.gold -shared --build-id=md5 --eh-frame-hdr --hash-style=gnu` (1.16)
 * - `lld`: `ld.lld -shared --build-id=sha1 --eh-frame-hdr --hash-style=both -z noseparate-code -z max-page-size=64`
 *   (LLD 22.1.2)
 */
import { gunzipSync } from 'node:zlib';

export type LinkedLibrary = 'gnuLd' | 'gold' | 'lld';

/** A copy of the file, to be changed at will. */
export function linkedLibrary(name: LinkedLibrary): Buffer {
  return gunzipSync(Buffer.from(LIBRARIES[name], 'base64'));
}

const LIBRARIES: Readonly<Record<LinkedLibrary, string>> = {
  gnuLd:
    'H4sIAAAAAAACA+1Yz2sTQRR+M0nTxFaSlhwKUYpQT+JSPEhBEINJjWCDhIoUlDU1WzdgspJuMe0l4il4CogHQdCbR3sseCnmIPhX' +
    'CCIInv2BoOvM7pvs7JKxFQQv88Hk25mdb3b2zdvA93rlK8uUEBBIwHkIewAXkBdn5LElSLHfozDtz50ANZKJKEMuIK5L8bWyuOZ8' +
    'lPchykJH/1KXFvvANsCXi/MCRDmJfPWj2+DXfRr046zS1VB32H0SSZ/3zwHgUvUavHv7ye4+nt1Ze/Pz+fUn3tnPzeIHwPvJ0ZkF' +
    'cZFBpHtEijcB+mIf+xTvz+/2p27mW7mXT/tTqnPkZzzLVnhIw3U5Mjjeo9HnEhx/QMNz8+G0LXDvO+DaHcuC4WA4GAz5/ELi3AKu' +
    '+83zPJ533xmvMv7B2EZ5Xqy/UwPSzZHC9GSanyFPj2OsvWJziZQyi6w9Y2NUGiux9oiNJUBDQ0NDQ0NDQ0NDQ+PwEB5sD03Hl1+e' +
    'w/k9CX0Txz00ICnhQ7B/BPtoE0EYsLn//F6BZ8yM/KpAsN/Jkf8VOK7whycUPvCkwjeCWVqrFlcuXwTTZP7XLFfM5VpxpWxWSjXf' +
    'N/r+0feOYGxut9z6OmO3E7AtrtqOaxl32lvG+lbzbuN0swF+z65v2mA0tttMGbDbAcO1ui4Ylm1udOoty7QbnbDnz6q3mrf/UVwL' +
    'fvTCOKjqEPH8EjiDOUVjebdHxtch0rG+wdpXz3OEXuSp4EWFXmAJc5TG8ljwLaleQCT9nFRPkusV4rsQnFXUMQQqUi2DQ+RPL/Z9' +
    'qfRVqfbxp3qOKv43YvpdGuXV2Px4/DZwj+L7GNWFstF60ERMn5Peh45LLJwwkP5HEmPin5GeLWOA+lMHxG9GoX+NeucA/W/Ocayd' +
    'cBQAAA==',
  gold:
    'H4sIAAAAAAACA+1YTWgTURCe3aRJ+qOJEkFpISEK9aCLBRFFkVatRaylFIp6kLh1127AZG12+xMVPOgh4iWKPwge9JQeC15KQSj0' +
    '4tGDBQ8eBBF68Gj1Isa3u/O6b1/7iBYRhP1g8uXNzuzMvjfvMHO7f/C0LElAEYHj4K8AepFnt7G6wxAnv0nYCjGyjjJ2PFelICdQ' +
    '7yxbQIy7kSBDyvdzYg4nvfVwJshzEGTqJ/+hH80zivIG8+c5C0GOIg9/tjXn/2XMn+c9EGTqN0L8Nptnyj0/gIGhUTj/5EVmanlH' +
    '60r9w/TCwI9Xon2WXL+E/wGI7QJ9xn3WAt9lWi8eYgL7XWj/VfbjOdiN+lXZPx8Xeb2kQT4/Zll5y1bLNlFoqq2CbZR1HexpE8yS' +
    '7sWVmHq415t7uUi2Q8K9cHQLnx7eOtG//CUzV21/P3Gh61K6mKo/q7Yv1ZZqtSUvXJruw40RkGZSUmdHPFGTPH0XkXeNRoO9D47+' +
    'IJHXRC9z+kEidaKPsPvbGTn6HHWPCM8TeUzkLZGnRFaIQIgQIUKECBEiRIgQIf5LxJBXsGlox/VOZNrz1rB5aMN1N/Lqz4bp8Lz8' +
    'b/J1eqVWZKdvHDevadkepedQEz+395IT6/rSNkEfmBToOwX6nKBv3CvoP/cJ+8lTF4f6zp05+buNpWLrMzYoxAwUrVKy7DIoupG/' +
    'WlaLet7QyKpk2royXppUnL3aP6WXrYJZ8owrRXCfGKpl+G6My9hkgfgUNNdcLRaugGIZJIatjpF/lCtFl930/hJGicSZfRHNMYCb' +
    'R1AcwVqWufqmPAv+eUjMXILWfQc+k7n6p9y9QX2x6CPyrdEwqT+9H5SPQfDcExvVK3M/aV1RjjWJf9bTXZcBgoVH5zqcPR8/zfmL' +
    '5kGi/TcwRxp2bS6UDN6/CBcfx19wH79pbTaR5QyafH8c37lZ/xy+Yx3Qv6vJ999h7zSDLPov4noL2vH1d5PNncFH9D/QJP8JgX8K' +
    '56IPmvj/AoYkWldoFQAA',
  lld:
    'H4sIAAAAAAACA61Wz08TQRR+3W5LERPQ9EDEH00kBo0s7RaEamJQ8VdSiRKNGJW63Q5soe02262CMcrJELn0iDe9ePbAwZsHMJr4' +
    'D3jw4MXEeDNR40mcad/I7KQLor5k+nVe5ps38+abN/vgdPqMEggAtyAch/UewDDih5DoG4JW+rsD2iFM+6owTsa44sUI+gPI87P3' +
    'QS8OC7yQ4N+tejEMXhR5zPcJeZbqxTKOW5J4yh/yOPL9jX10c+oW4vGcX0TeOPJk7AYv8hxeorwwbN1UbGU8Hxn94v2tMX60rjOA' +
    's6NX4OWEsfg2tfw19WV59eniof2PUj2fN+KzPO2kWd6jrp8PoCaYf5/KddywVvRzfQSEeXjb1VjTk3nsP3u80Lb3+ULbzWixQxX2' +
    'HARvTHFNYJcIuHdscC2HEOrrCh7rRs4q6ukVbZdpe810gNwon+PuGARmOwJd21siNTphB9M0bfeENTNfnLa8sAbGH6HtqrA+biu1' +
    'lVptxXsflpDYhv1OIX/MzuEk27Dfjvjt55rN8Ifi1UEs2Pyc0vnSDHGOxtLpkZiuawlNj/X0mRYxZ+yq21dxzL5C4Xaxt+zY08R0' +
    '651Ywsz2k+RQMmkmUomUqZMjk9mBwZShJw0zTvSsrg8MDWYHycEN9FFfr9L6+579b92AVrJdok2Vqlq2mi/kevM50HJzpcpcEepe' +
    'y6hYgL/M7zqgESsz6RhFkrFyQg80l8y69VFGMW+C5pCCY2fKRi6XL01Rv+EaoGUrFdBMu1gkJTqWhnGNLEWLTtz410BJf5mRa6Mn' +
    'Lpw/Bf9qbN8tQr786gP41Icoak2R9MfxlnAOAaF+cl2yO/B9bc3mfK4/jj3SnYxI8Q/g3IqkV44yX5XwMGpCke4Hx/ZmtUCwfvRx' +
    'vl8998vfSYk/H/TiDWm8vP+08PaJ7yR/P8ObrH8Mx/B7we8Vf9fKUv2ICLWK2XX0cf475I+r3vz7xZ9GH+d3hrx82IRfluJvlV9F' +
    'X1zyc/6ED5/j/SbvBbMXyJ8V8qU00f/DJnW9/j0V8n4/+K2/5sN/E/LG8eP/AimXrz8gCgAA',
};
