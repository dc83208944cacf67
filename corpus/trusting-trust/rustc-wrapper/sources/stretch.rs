//! Makes guessing a password slow: a key is the password mixed over and over.

/// How often it is mixed. A guess costs as much.
const ROUNDS: u32 = 100_000;

/// A key of 64 bits. For the scene, not for use.
#[inline(never)]
pub fn key(password: &str) -> u64 {
    let mut key: u64 = 0xcbf2_9ce4_8422_2325;
    for _ in 0..ROUNDS {
        for byte in password.bytes() {
            key = (key ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    key
}
